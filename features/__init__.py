"""The features: one builder per family, the phrase engine, and the one door `build_features`."""
