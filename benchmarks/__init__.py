"""Benchmarks: what Eirene promises of its speed and size, measured (``./run bench``)."""
