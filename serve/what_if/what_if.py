"""What if: how the probability would move if the motion's indicators were others.

A change is made to the indicators alone: the words of the papers, and ratings where they are given,
stay as they are. It tells how the model's estimate moves, not what a court would do.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from pydantic import BaseModel, Field

from data.io.load import Problem, check_rows
from data.schema import Motion, allowed_values, is_list
from features.build import build_features
from features.frame import FeatureFrame
from features.phrases.lexicon import meaning
from serve.predictor import Predictor
from serve.what_if.levers import PARTIES, Party, levers
from train.model.prior_shift import Prior

NOTE = (
    "Each change is made to the indicators alone and moves the model's estimate; it does not say "
    "what a court would do. Ratings and the words of the papers stay as given."
)
MOST = 5
"""Changes named for each party."""
_FLAGS_OF = {
    "harm_types": "harm",
    "remedial_steps": "remedial",
    "speculation_signals": "speculation",
    "merits_signals": "merits",
}
_COLUMN_OF = {
    "harm_evidence": "harm.evidence",
    "remedial_scope": "remedial.scope",
    "notice": "motion_type.notice",
    "relief_form": "motion_type.relief_form",
    "pro_se": "motion_type.pro_se",
}


class WrongChange(ValueError):
    """Changes that the schema does not allow; `problems` name field, value and expectation."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = tuple(problems)


class Change(BaseModel):
    """One change, and what becomes of the probability."""

    party: Party | None = Field(description="who could bring it about; none where it was asked")
    says: str = Field(description="the change in plain words")
    changes: dict[str, Any] = Field(description="fields of the motion and their new values")
    p_grant: float = Field(description="probability after the change")
    p_low: float = Field(description="lower end of its interval")
    p_high: float = Field(description="upper end of its interval")
    points: float = Field(description="percentage points it moves p_grant")


class WhatIf(BaseModel):
    """The probability as things stand, and after each change.

    With changes asked for, `together` has them all made at once and `changes` one at a time;
    otherwise `changes` are what either party could bring about that would help it most.
    """

    p_grant: float
    p_low: float
    p_high: float
    shown: dict[str, Any] = Field(
        description="fields that can be changed, as the model takes them: coded or read from text"
    )
    together: Change | None = None
    changes: list[Change]
    note: str = NOTE
    model_version: str


def what_if(
    predictor: Predictor,
    motion: Motion,
    asked: Mapping[str, Any] | None = None,
    prior: Prior | None = None,
) -> WhatIf:
    """Change a motion's indicators and see the probability move.

    Parameters
    ----------
    asked
        Fields of the motion with their new values; None asks for the changes that would help each
        party most, of those in `levers.toml`, one at a time.
    prior
        The grant rate to adjust to, if any (see `Predictor.score`).

    Raises
    ------
    WrongChange
        If a change names an unknown field or value.
    """
    wanted: list[tuple[Party | None, str, dict[str, Any]]]
    frame = build_features([motion])
    fields = (*_FLAGS_OF, *_COLUMN_OF)
    shown = {field: shown_value(motion, frame, field) for field in fields}
    if asked is not None:
        each = [{field: value} for field, value in asked.items()]
        wanted = [(None, _in_words(change), change) for change in [dict(asked), *each]]
    else:
        wanted = [
            (lever.party, lever.says, {lever.field: value})
            for lever in levers()
            if (value := lever.pull(shown[lever.field])) is not None
        ]
    changed = [_changed(motion, change) for _, _, change in wanted]
    table = predictor.probabilities([motion, *changed], prior)
    before = table.iloc[0]
    found = [
        _change(party, says, change, table.iloc[row], float(before["p_grant"]))
        for row, (party, says, change) in enumerate(wanted, start=1)
    ]
    together = found.pop(0) if asked is not None else None
    return WhatIf(
        p_grant=float(before["p_grant"]),
        p_low=float(before["p_low"]),
        p_high=float(before["p_high"]),
        shown={field: list(v) if isinstance(v, tuple) else v for field, v in shown.items()},
        together=together,
        changes=found if together else _most_helpful(found),
        model_version=predictor.version,
    )


def shown_value(motion: Motion, frame: FeatureFrame, field: str) -> Any:
    """Return a field's value as the model takes it: coded, or read from the papers of the frame.

    None where it is not shown; a list is a tuple, empty where nothing of it is shown.
    """
    given = getattr(motion, field)
    if given is not None:
        return given
    if field in _FLAGS_OF:
        columns = {value: f"{_FLAGS_OF[field]}.{value}" for value in allowed_values(field)}
        return tuple(value for value, name in columns.items() if frame.column(name)[0] == 1)
    name = _COLUMN_OF[field]
    value = frame.column(name)[0]
    if frame.told[0, frame.names.index(name)] == "not shown":
        return None
    if isinstance(value, str):
        return value
    values = allowed_values(field)
    return values[int(value)] if values else bool(value)


def _changed(motion: Motion, change: Mapping[str, Any]) -> Motion:
    checked = check_rows([motion.model_dump() | dict(change)], Motion, strict=True)
    if checked.rejects:
        raise WrongChange(checked.rejects[0].problems)
    return checked.rows[0]


def _change(
    party: Party | None, says: str, change: Mapping[str, Any], row: "pd.Series[Any]", before: float
) -> Change:
    return Change(
        party=party,
        says=says,
        changes={
            field: list(map(str, value)) if isinstance(value, tuple) else value
            for field, value in change.items()
        },
        p_grant=float(row["p_grant"]),
        p_low=float(row["p_low"]),
        p_high=float(row["p_high"]),
        points=100 * (float(row["p_grant"]) - before),
    )


def _most_helpful(found: Sequence[Change]) -> list[Change]:
    """Return the changes that move the probability most the way their party would have it."""
    best: list[Change] = []
    for party, sign in zip(PARTIES, (1, -1), strict=True):
        helpful = [c for c in found if c.party == party and sign * c.points > 0]
        best += sorted(helpful, key=lambda change: -abs(change.points))[:MOST]
    return best


def _in_words(change: Mapping[str, Any]) -> str:
    """Put changes asked for in plain words: "harm shown by sworn statements or witnesses"."""
    words = []
    for field, value in change.items():
        name = field.replace("_", " ")
        if value is None or value == [] or value == ():
            lists = field in Motion.model_fields and is_list(field)
            words.append(f"{name}: {'none' if lists and value is not None else 'not shown'}")
            continue
        values = value if isinstance(value, list | tuple) else [value]
        words.append(f"{name}: " + ", ".join(meaning(field, str(one)) for one in values))
    return "; ".join(words)
