"""Everything that goes wrong on purpose."""
