"""The lexicons' phrases: their syntax, how they are found, what their context says."""
