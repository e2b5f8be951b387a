"""The rules of the census. Each is a table of `*.toml`, named by its number; `kinds` judge."""
