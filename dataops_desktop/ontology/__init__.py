"""Nodes, edges, quality and differences: pure Python, no I/O."""
