"""Which lists tests read before they begin, by what they are about. Nothing else names them again."""

# What most tests look at.
FEW = ("gl_accounts", "items", "customers", "projects", "tasks")
# What a push of purchasing documents needs, what its settings are chosen from besides, and what lines are coded with.
PURCHASING = ("gl_accounts", "items", "vendors", "ap_terms", "locations", "departments", "purchasing_definitions")
LEDGER = (*PURCHASING, "projects")
SETTINGS = (*PURCHASING, "entities", "projects", "tasks", "cost_types")
DOCUMENTS = (*LEDGER, "tasks", "cost_types")
# What names in a file of documents are matched with.
FILES = ("vendors", "projects", "tasks")
