"""XML in and out: documents, published shapes, answers, refusals. Knows no record."""
