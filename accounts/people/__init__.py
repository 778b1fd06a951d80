"""People of a company: invitations, roles, membership; the pages and verbs around them."""
