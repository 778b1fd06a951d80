"""Keeping the lists of Sage Intacct here as they are there."""
