"""Spreadsheets of commitments and change orders: read, understood cell by cell, matched to records, and explained.

Reading, matching and assessing store no document; `writing` alone does, called by the run that imports a file.
"""
