"""A local Sage Intacct: an independent gateway process with memory, for the demo, for development and for tests.

Owns the behavior of the XML gateway as seen on the wire. Must never import Django or the protocol client, so that one
misreading of the protocol cannot hide on both sides.
"""
