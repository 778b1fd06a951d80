"""The fixtures of the fuzz: the arguments of the table of access, and the places made of them."""

from tests.fuzz.places import tenants_places
from tests.test_access import arguments

__all__ = ["arguments", "tenants_places"]
