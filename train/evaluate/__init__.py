"""Evaluate the model against its baselines."""
