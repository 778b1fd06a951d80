"""Every address of the site, asked for with what no browser would send. See tests/fuzz/test_fuzz.py."""
