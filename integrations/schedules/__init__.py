"""When lists are read by themselves, and how fresh they are."""
