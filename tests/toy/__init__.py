"""A document type of the tests' own: one model and one flow of steps, by which the engine is tested and explained."""
