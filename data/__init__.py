"""Motions and rulings: schema, loading and validation, splits, and the embedded data set."""
