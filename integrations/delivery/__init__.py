"""Documents on their way to Intacct and back: what was written, what is there, and how the two compare."""
