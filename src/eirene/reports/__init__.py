"""The ground: what a report is, what kinds there are, and the bytes of an entry.

Reports know nothing of logs, pictures or readers. One module a kind; the
others here are ``envelope`` (bytes), ``kinds`` (what a kind declares) and
``flat`` (the flat JSON form that people and programs post and read).
"""
