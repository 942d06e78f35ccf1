"""Splitting, completion and lineage of SQL text: pure Python, no I/O."""
