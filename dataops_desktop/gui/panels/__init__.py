"""One self-contained folder per dock; panels never import each other."""
