"""Watch a model in use: drift and live metrics."""
