"""Files of documents: read, understood cell by cell, matched to records, explained, written."""
