"""The lexicons' phrases: their syntax, how they are matched, and the context around them."""
