"""Scope: whether a motion is like the rulings the model learned from.

A model answers a recipe as readily as a motion. Three things speak against an answer: words that
the training rulings do not have (by a conformal p-value, so that at most a stated share of motions
like them is flagged), a paper that asks for no interim relief or speaks as another kind of paper
(`features/lexicons/scope.toml`), and a court or kind of motion that the training rulings hardly
have. A motion out of scope is answered with a wider interval and the reasons.

References
----------
Vovk, Gammerman and Shafer (2005), Algorithmic Learning in a Random World (conformal p-value);
Laxhammar and Falkman (2010) on its use for what is unlike the training data.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from data.arrays import Floats
from features.document import Papers
from features.frame import FeatureFrame
from features.indicators import plain_words
from features.phrases.lexicon import INTERIM_RELIEF, OTHER_PAPER, meaning
from train.model.vocabulary import words_of

FALSE_ALARMS = 0.01
"""Share of motions like the training rulings that strange words alone may flag."""
FEW = 15
"""Training rulings of a court level or kind of motion below which it counts as hardly seen."""
FEWEST_WORDS = 8
LONG = 3_000
"""Characters from which a motion names the relief it asks for; shorter ones may say "stop"."""
EVERY = 6_000
"""Characters (some 1,000 words) of a long motion in which relief is named once at the least."""
SEEN = {
    "motion_type.motion_type": "motions ({})",
    "forum.level": "rulings of this level of court ({})",
}
_TOLD = (*SEEN, "forum.court")


@dataclass(frozen=True, eq=False)
class Scope:
    """What the training rulings are like.

    Attributes
    ----------
    words
        The words that stand in at least `train.fit.scope.MIN_RULINGS` of them.
    strangeness
        For each, the share of its words that the others do not have, in order.
    counts
        For each column of `SEEN`, how many of them have each value.
    """

    words: frozenset[str]
    strangeness: tuple[float, ...]
    counts: dict[str, dict[str, int]]

    def reasons(self, frame: FeatureFrame) -> list[tuple[str, ...]]:
        """Return, for each of n motions, why it is out of scope in plain words; () when it is in.

        Parameters
        ----------
        frame
            As `features.build.build_features` gives it.
        """
        told = [frame.column(name).tolist() for name in _TOLD]
        rows = zip(frame.papers, zip(*told, strict=True), strict=True)
        return [
            (
                *_reasons_of_words(self, papers),
                *_reasons_of_paper(papers),
                *_reasons_of_docket(self, dict(zip(_TOLD, values, strict=True))),
            )
            for papers, values in rows
        ]

    def p_value(self, strangeness: float) -> float:
        """Return the share of motions like the training rulings that are as strange or more."""
        known = self._sorted
        as_strange = len(known) - int(np.searchsorted(known, strangeness - 1e-12))
        return (as_strange + 1) / (len(known) + 1)

    @cached_property
    def _sorted(self) -> Floats:
        return np.array(sorted(self.strangeness))

    def to_json(self) -> dict[str, Any]:
        """Return the scope as plain JSON values."""
        return {
            "words": sorted(self.words),
            "strangeness": list(self.strangeness),
            "counts": self.counts,
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> "Scope":
        """Read what `to_json` gave."""
        return cls(
            frozenset(map(str, record["words"])),
            tuple(map(float, record["strangeness"])),
            {
                str(name): {str(value): int(count) for value, count in counts.items()}
                for name, counts in record["counts"].items()
            },
        )


def unknown_share(words: Sequence[str], known: frozenset[str]) -> float:
    """Return the share of some words that are not known; 1 where there are none."""
    known_words = sum(map(known.__contains__, words))
    return (len(words) - known_words) / len(words) if words else 1.0


def _reasons_of_words(scope: Scope, papers: Papers) -> list[str]:
    words = words_of(papers)
    if len(words) < FEWEST_WORDS:
        return [f"the papers have {len(words)} word(s), too few to read"]
    share = unknown_share(words, scope.words)
    chance = scope.p_value(share)
    if chance > FALSE_ALARMS:
        return []
    return [
        f"{share:.0%} of the words stand in none of the training rulings or in one; of motions "
        f"like them {chance:.1%} are as strange"
    ]


def _reasons_of_paper(papers: Papers) -> list[str]:
    """Look for words of another kind of paper, and for words that ask for interim relief."""
    hits = [hit for hit in papers.motion.hits if not hit.negated]
    length = len(papers.motion.text)
    fields = [hit.field for hit in hits]
    named = fields.count(INTERIM_RELIEF)
    if fields.count(OTHER_PAPER) > max(1, named):
        other = Counter(hit.value for hit in hits if hit.field == OTHER_PAPER)
        kind = max(other, key=lambda value: other[value])
        words = [hit.words for hit in hits if hit.field == OTHER_PAPER and hit.value == kind]
        shown = ", ".join(f'"{one}"' for one in dict.fromkeys(words[:3]))
        return [f"it reads like a {meaning(OTHER_PAPER, kind)}: {shown}"]
    plainly = "relief_form" in fields and length < LONG
    enough = max(1, length // EVERY)
    if not plainly and named < enough:
        return ["the motion has next to no words that ask for interim relief"]
    return []


def _reasons_of_docket(scope: Scope, told: dict[str, Any]) -> list[str]:
    found = []
    court, level = told["forum.court"], told["forum.level"]
    if court is not None and level is None:
        found.append(f"court {court!r} is not a trial court of the United States known by that id")
    for name, words in SEEN.items():
        value = told[name]
        if value is None:
            continue
        count = scope.counts[name].get(str(value), 0)
        if count < FEW:
            kind = (
                meaning("motion_type", str(value))
                if name == "motion_type.motion_type"
                else plain_words(str(value))
            )
            found.append(f"only {count} {words.format(kind)} among the training rulings")
    return found
