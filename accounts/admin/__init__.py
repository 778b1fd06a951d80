"""Support staff's view of tenants and people."""

from accounts.admin import audit, people

__all__ = ["audit", "people"]
