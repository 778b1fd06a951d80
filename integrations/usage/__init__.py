"""What requests to Sage Intacct cost, against the budget."""
