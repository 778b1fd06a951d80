"""Commitments and change orders: what may be written, how it becomes purchasing transactions, how it is compared."""
