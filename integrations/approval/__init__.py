"""Approval as data: one table of transitions, one writer, and what an approval is bound to.

Owns what people decide about a document before it may be pushed. Knows no document type and sends nothing.
"""
