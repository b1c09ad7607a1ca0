"""Text out of PDF and Word files."""
