"""What the site is attacked with that takes too long for the suite: `make attack`."""
