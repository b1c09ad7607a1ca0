"""Programs to start from: each runs as it stands."""
