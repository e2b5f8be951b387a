"""The children in need census return, as a file: read, judged and written by itself.

Knows messages, XML and rules, and neither Django nor a database: `python -m assessments.census
check FILE` works on any return, offline.
"""
