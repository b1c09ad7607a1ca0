"""Read the papers of a motion with a language model, and check what it says."""
