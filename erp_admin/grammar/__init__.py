"""How values are written: numbers, dates, currencies, units and numbers of documents, and what each text means.

Owns the reading of a single text, for files and entry pages alike. Must not know Django, the database, files or forms.
"""
