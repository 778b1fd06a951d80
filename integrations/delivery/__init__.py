"""Documents on their way to Sage Intacct: planned, written down, sent once, read back, compared."""
