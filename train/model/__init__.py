"""The fitted model: what answers."""
