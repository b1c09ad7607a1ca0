"""Features: one builder per family, the phrase engine, and the single entry `build_features`."""
