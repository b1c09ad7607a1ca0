"""How changes to a motion would move its probability, and who could bring them about."""
