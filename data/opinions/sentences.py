"""Sentences of an opinion, cut where none of its citations and names are."""

import re

_END = re.compile(
    r"(?<=[.?!])[\"\u201d\u2019')\]]*(?:\s?\[?fn\d+\]?|\d{1,2})?\s+(?=[\"\u201c(\[]*[A-Z\u00b6])"
)
_NO_END = re.compile(
    r"(?:\b(?:v|vs|Mr|Mrs|Ms|Dr|Hon|Inc|Co|Corp|Ltd|No|Nos|Jr|Sr|St|Ass'n|Bros|Cir|Dist|Div|Ct|App"
    r"|Supp|Cal|Ill|Fla|Tex|Ann|Rev|Stat|Art|art|Sec|sec|cf|Cf|e\.g|i\.e|ch|ex rel|Cl|Dep't|Mass"
    r"|Conn|Del|Minn|Wash|Pa|Ga|Jan|Feb|Mar|Apr|Aug|Sept|Oct|Nov|Dec|U\.S|a\.m|p\.m)"
    r"|\b[A-Z])\.$"
)
_LONGEST = 16
"""Characters that the longest of these has, at most."""


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a paragraph, in order.

    >>> sentences_of("Acme Corp. v. Hale was cited. The court denied it.")
    ['Acme Corp. v. Hale was cited.', 'The court denied it.']
    """
    found, start = [], 0
    for match in _END.finditer(text):
        before = max(start, match.start() - _LONGEST)
        if not _NO_END.search(text, before, match.start()):
            found.append(text[start : match.end()].strip())
            start = match.end()
    found.append(text[start:].strip())
    return [sentence for sentence in found if sentence]
