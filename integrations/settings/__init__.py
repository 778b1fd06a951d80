"""What can be set, what a tenant chose, and why a value cannot be used."""
