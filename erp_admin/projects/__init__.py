"""Projects: taken over from Sage Intacct, kept, linked."""
