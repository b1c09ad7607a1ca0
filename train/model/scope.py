"""Scope: whether a motion is like the rulings the model learned from.

A model answers a recipe as readily as a motion. A motion is out of scope for any of four reasons:
another document stands in its place, such as a ruling (`data/documents/kinds.toml`); its words are
unfamiliar (by a conformal p-value, so that at most a stated share of motions like the training
rulings is flagged); it does not ask for interim relief, or reads like another type of paper
(`features/lexicons/scope.toml`); or its court or motion type is rare among the training rulings.
Its answer gives the reasons and a wider interval.

References
----------
Vovk, Gammerman and Shafer (2005), Algorithmic Learning in a Random World (conformal p-value);
Laxhammar and Falkman (2010) on its use for anomaly detection.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from data.arrays import Floats
from data.documents.kinds import recognize
from data.schema import Motion
from features.document import Document, Papers
from features.families import forum, motion_type
from features.frame import FeatureFrame
from features.phrases.lexicon import INTERIM_RELIEF, OTHER_PAPER, meaning
from train.model.vocabulary import words_of

FALSE_ALARMS = 0.01
"""Share of motions like the training rulings that unfamiliar words alone may flag."""
MIN_RULINGS = 15
"""Training rulings at a court level or of a motion type below which it counts as rare."""
MIN_WORDS = 20
"""Words of both papers below which a motion cannot be assessed; no embedded ruling has so few."""
LONG_MOTION = 3_000
"""Characters from which a motion must name the relief sought; a shorter one may say "stop"."""
CHARACTERS_PER_MENTION = 6_000
"""Characters (some 1,000 words) of a long motion in which it names the relief at least once."""
COUNTED_COLUMNS = {
    "motion_type.motion_type": "motions of this type ({})",
    "forum.level": "rulings at this level of court ({})",
}
"""The columns whose rare values put a motion out of scope, and what to call the training rulings
with such a value."""
_VALUE_WORDS = {
    column.name: column.value_words for column in (*motion_type.COLUMNS, *forum.COLUMNS)
}
_DOCKET_COLUMNS = (*COUNTED_COLUMNS, "forum.court")


@dataclass(frozen=True, eq=False)
class Scope:
    """What the training rulings are like.

    Attributes
    ----------
    words
        The words that appear in at least `train.fit.scope.MIN_RULINGS` of them.
    strangeness
        For each, the share of its words that rulings of other cases lack, in ascending order.
    counts
        For each of `COUNTED_COLUMNS`, how many of them have each value.
    """

    words: frozenset[str]
    strangeness: tuple[float, ...]
    counts: dict[str, dict[str, int]]

    def reasons(self, frame: FeatureFrame) -> list[tuple[str, ...]]:
        """Return, for each of n motions, the reasons why it is out of scope; () if it is not.

        Parameters
        ----------
        frame
            Their features, as `features.build.build_features` returns them.
        """
        columns = [frame.column(name).tolist() for name in _DOCKET_COLUMNS]
        rows = zip(frame.papers, zip(*columns, strict=True), strict=True)
        return [
            (
                *_unfamiliar_words(self, papers),
                *_other_paper(papers),
                *_rare_docket(self, dict(zip(_DOCKET_COLUMNS, values, strict=True))),
            )
            for papers, values in rows
        ]

    def p_value(self, strangeness: float) -> float:
        """Return the share of motions like the training rulings that are at least as strange."""
        n_rulings = len(self._sorted_strangeness)
        first = int(np.searchsorted(self._sorted_strangeness, strangeness - 1e-12))
        return (n_rulings - first + 1) / (n_rulings + 1)

    @cached_property
    def _sorted_strangeness(self) -> Floats:
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
        """Return the scope that `to_json` wrote."""
        return cls(
            frozenset(map(str, record["words"])),
            tuple(map(float, record["strangeness"])),
            {
                str(name): {str(value): int(count) for value, count in counts.items()}
                for name, counts in record["counts"].items()
            },
        )


def wrong_documents(motion: Motion, papers: Papers) -> tuple[str, ...]:
    """Return the reasons if another document stands where the motion or its opposition should be.

    A ruling tells the outcome, so a prediction from one means nothing, and none is ever in scope.
    The papers are looked at even where the model reads a summary in their place.

    Parameters
    ----------
    motion
        The motion.
    papers
        Its papers, which need not be read again.
    """
    reasons = []
    read = {document.text: document for document in papers.documents}
    texts = {"motion": motion.motion, "summary": motion.summary, "opposition": motion.opposition}
    for name, text in texts.items():
        document = read.get(text) or Document(text) if text else None
        found = recognize(document.clean.lines) if document else None
        if found is None or (name != "motion" and found.kind != "ruling"):
            continue
        told = ", which tells the outcome" if found.kind == "ruling" else ""
        reasons.append(f"what is given as the {name} is no {name} but {found}{told}")
    return tuple(reasons)


def unknown_share(words: Sequence[str], known: frozenset[str]) -> float:
    """Return the share of words that are not known; 1 if there are no words."""
    n_known = sum(map(known.__contains__, words))
    return (len(words) - n_known) / len(words) if words else 1.0


def _unfamiliar_words(scope: Scope, papers: Papers) -> list[str]:
    """Return the reason if the papers have too few words, or too many unfamiliar ones."""
    words = words_of(papers)
    if len(words) < MIN_WORDS:
        return [f"the papers have {len(words)} word(s), too few to assess"]
    share = unknown_share(words, scope.words)
    p_value = scope.p_value(share)
    if p_value > FALSE_ALARMS:
        return []
    return [
        f"{share:.0%} of the words appear in at most one training ruling; of motions like the "
        f"training rulings only {p_value:.1%} have so many unfamiliar words"
    ]


def _other_paper(papers: Papers) -> list[str]:
    """Return the reason if the motion reads like another type of paper, or asks for no relief."""
    hits = [hit for hit in papers.motion.hits if not hit.negated]
    length = len(papers.motion.cleaned)
    fields = [hit.field for hit in hits]
    n_relief = fields.count(INTERIM_RELIEF)
    if fields.count(OTHER_PAPER) > max(1, n_relief):
        counts = Counter(hit.value for hit in hits if hit.field == OTHER_PAPER)
        paper_type = max(counts, key=lambda value: counts[value])
        words = [hit.words for hit in hits if hit.field == OTHER_PAPER and hit.value == paper_type]
        examples = ", ".join(f'"{example}"' for example in dict.fromkeys(words[:3]))
        return [f"it reads like a {meaning(OTHER_PAPER, paper_type)}: {examples}"]
    asks_plainly = "relief_form" in fields and length < LONG_MOTION
    if not asks_plainly and n_relief < max(1, length // CHARACTERS_PER_MENTION):
        return ["the motion hardly asks for interim relief"]
    return []


def _rare_docket(scope: Scope, docket: dict[str, Any]) -> list[str]:
    """Return the reasons if the court is unknown, or its level or the motion type is rare."""
    reasons = []
    court, level = docket["forum.court"], docket["forum.level"]
    if court is not None and level is None:
        reasons.append(f"{court!r} is not a trial court of the United States, or an unknown id")
    for name, description in COUNTED_COLUMNS.items():
        value = docket[name]
        if value is None:
            continue
        count = scope.counts[name].get(str(value), 0)
        if count < MIN_RULINGS:
            kind = description.format(_VALUE_WORDS[name](str(value)))
            reasons.append(f"only {count} {kind} among the training rulings")
    return reasons
