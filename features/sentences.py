"""Sentences of legal prose, with nupunkt's model, which knows "No. 21-cv-135" and "F. Supp. 3d".

References
----------
Bommarito, Katz and Bommarito (2025), "Precise Legal Sentence Boundary Detection for Retrieval at
Scale: NUPunkt and CharBoundary", arXiv:2504.04131.
"""

import re

_LINE_END = re.compile(r"(?<!\n)\n(?![^\S\n]*\n)")


def sentence_starts(text: str) -> list[int]:
    """Return the offset where each sentence of the text begins, in order; the first is 0."""
    from nupunkt import sent_spans  # loads its model when it is first needed

    if not text:
        return [0]
    # A line that goes on in the next is one sentence; an empty line ends a paragraph.
    return [start for start, _ in sent_spans(_LINE_END.sub(" ", text))]
