"""Spreadsheets of commitments and change orders: read, understood cell by cell, matched to records, and explained.

Nothing here stores a document: erp_admin.services.imports does, through the same services as the pages.
"""
