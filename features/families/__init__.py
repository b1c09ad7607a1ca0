"""The families of features: one builder each."""
