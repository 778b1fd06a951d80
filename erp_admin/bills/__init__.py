"""Bills: entered or imported here, and pushed to Accounts Payable, each exactly once."""
