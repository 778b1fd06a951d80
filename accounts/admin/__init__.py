"""Support staff's view of tenants and people."""

from accounts.admin import people

__all__ = ["people"]
