"""A page about a scored docket."""
