"""Who read one child's record, for data officers who say why they ask."""
