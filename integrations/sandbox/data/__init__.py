"""Companies and their records in memory: tables, filters, permissions, sessions. Knows no function."""
