"""Records of the mirrored lists as pages and plans look them up."""
