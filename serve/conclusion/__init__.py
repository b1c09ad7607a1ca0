"""The conclusion: an answer in two plain sentences, from templates a lawyer can edit."""
