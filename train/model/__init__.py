"""The fitted model, its parts and its files: what serving imports."""
