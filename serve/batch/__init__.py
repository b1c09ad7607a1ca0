"""Score a docket in chunks, on one machine or many."""
