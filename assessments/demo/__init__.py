"""Demo data: invented records, any number of them, from one seed, never beside real ones."""
