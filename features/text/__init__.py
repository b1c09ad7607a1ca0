"""Text of a paper: cleaning, normalization, sentences, dates, citations, repair of scans."""
