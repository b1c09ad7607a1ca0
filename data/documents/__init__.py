"""What a document is: a motion, or a ruling, an opposition, a complaint or a proposed order."""
