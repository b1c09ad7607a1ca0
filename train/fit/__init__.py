"""Fitting the model and its parts."""
