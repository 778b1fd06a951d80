"""How people write what files and forms hold: numbers, dates, currencies, and the numbers of documents. Pure Python."""
