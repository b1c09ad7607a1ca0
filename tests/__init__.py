"""Tests. A package, since some libraries install one of that name, which would be found instead."""
