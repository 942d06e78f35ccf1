"""Reusable widgets: the editor, the grid, plain-text labels."""
