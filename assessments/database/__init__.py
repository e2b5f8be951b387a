"""What the database holds besides the tables: constraints on codes, and guards.

`README.md` says what is guarded where, and how a guard is changed.
"""
