"""The forms a file may have, each read as rows of text."""
