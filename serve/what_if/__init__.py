"""What would change an answer, and who could bring it about."""
