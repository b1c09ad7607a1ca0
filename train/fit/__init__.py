"""Fit the model's parts."""
