"""The HTTP endpoint and its page."""
