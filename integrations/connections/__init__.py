"""Connecting a tenant to Sage Intacct, renewing its credentials, disconnecting it."""
