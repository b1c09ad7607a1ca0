"""Fetch what rulings are made from: opinions of CourtListener, bulk data, entries of dockets."""
