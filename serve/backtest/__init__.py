"""A scored docket beside the rulings that came in."""
