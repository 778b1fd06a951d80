"""Support staff's view of tenants and people."""

from accounts.admin import audit, people, sign_in

__all__ = ["audit", "people", "sign_in"]
