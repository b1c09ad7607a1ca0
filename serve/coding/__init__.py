"""Code many motions with a language model."""
