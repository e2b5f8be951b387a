"""Voiding a record that is another child's."""
