"""Joining two records of one child."""
