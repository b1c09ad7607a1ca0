"""A worksheet in the browser, in which a person codes motions."""
