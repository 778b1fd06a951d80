"""The main job on sample data."""
