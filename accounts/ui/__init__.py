"""What every page and file that leaves the site uses, whatever the feature. Knows no feature and reads no database."""
