"""What approvals need to know of documents: who wrote them, what waits for whom, and who hears of a rejection."""
