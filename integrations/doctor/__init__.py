"""What stands between a tenant and a working integration."""
