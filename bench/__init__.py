"""Benchmarks: each prints one table or more; run as `python -m bench.<name>`."""
