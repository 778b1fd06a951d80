"""The construction side: what a construction company works with."""

from erp_admin.models.project import Project

__all__ = ["Project"]
