"""Support staff's view of tenants and people."""

from accounts.admin import audit, people, rights, saved_views, sign_in

__all__ = ["audit", "people", "rights", "saved_views", "sign_in"]
