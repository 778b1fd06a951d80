"""Views of lists that people save under a name, and the columns each person chose. Knows no list."""
