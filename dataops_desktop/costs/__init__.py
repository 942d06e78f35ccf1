"""Prices and what a piece of work costs: pure Python, no I/O."""
