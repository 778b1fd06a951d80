"""Documents that only tests have: contracts with lines of a list of their own, lines with nested prices, records."""
