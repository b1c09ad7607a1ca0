"""Fetch what rulings are made from: opinions from CourtListener, bulk data, entries of dockets."""
