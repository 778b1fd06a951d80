"""Files of commitments and change orders: read, understood cell by cell, matched to records, explained, written."""
