"""What needs a person, by cause, and what people say and do about each cause."""
