"""Drafts of forms: what somebody typed is kept from the first word on, until they save or discard it."""
