"""Court opinions to labelled rulings: what was known before the ruling, and the outcome."""
