"""One builder for each family of features."""
