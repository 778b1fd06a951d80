"""Pushes under every fault the local Intacct has, with workers killed and frozen at random: run by `make faults`."""
