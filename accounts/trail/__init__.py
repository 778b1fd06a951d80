"""The audit trail as a tenant's admin reads it: filters, page, export. Writing it is accounts.audit's."""
