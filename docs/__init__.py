"""Documentation, and `docs.pictures`, which makes its pictures."""
