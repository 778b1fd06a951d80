"""Contracts: so far only the switch."""
