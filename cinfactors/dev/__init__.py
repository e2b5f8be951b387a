"""What the Makefile's targets do. A module for each, on any machine that has Python and make."""
