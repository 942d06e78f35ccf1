"""Benchmarks: each row beside its floor or peer in the same run. `python3 dev.py bench [NAME]` runs them."""
