"""Judge earlier predictions by the outcomes that came in."""
