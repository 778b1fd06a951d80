"""Published Intacct clients, unmodified, against the local Intacct.

Owns the scripts of `make third-party`. Must not be collected by pytest.
"""
