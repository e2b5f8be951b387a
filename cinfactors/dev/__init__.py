"""The Makefile's targets, a module for each, on any machine that has Python and make."""
