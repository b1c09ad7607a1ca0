"""Search for better LightGBM parameters."""
