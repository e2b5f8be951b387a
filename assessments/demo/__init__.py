"""Invented records: as many as are asked for, from one seed, never beside real ones."""
