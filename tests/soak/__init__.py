"""Tests that take longer than the suite may: run by `make soak`."""
