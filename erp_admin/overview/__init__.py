"""What Home and the list of companies say: what needs somebody, what is ready, and the pictures beside it."""
