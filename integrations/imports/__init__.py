"""Imports: records of a mirrored list taken over into documents, with the lines they own."""
