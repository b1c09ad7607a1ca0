"""What if: how the probability would change if the motion's indicators were different.

Only the indicators change; the papers, and ratings and forecast if given, stay as they are. The
result is how the model's estimate moves, not what a court would do.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel, Field

from data.io.load import check_rows
from data.io.problems import Problem
from data.schema import Motion, allowed_values, is_list
from features.build import build_features
from features.frame import FeatureFrame
from features.phrases.lexicon import meaning
from serve.predictor import Predictor
from serve.what_if.levers import CONDITION_FIELDS, PARTIES, Party, levers
from serve.what_if.limits import describe_limits
from serve.what_if.track_record import TrackRecord, find_track_record
from train.model.prior_shift import BaseRates

if TYPE_CHECKING:
    import pandas as pd

MIN_POINTS = 0.05
"""Smaller changes would be shown as none."""
CHANGES_PER_PARTY = 5
"""Changes listed for each party."""
_FAMILY_OF_LIST = {
    "harm_types": "harm",
    "remedial_steps": "remedial",
    "speculation_signals": "speculation",
    "merits_signals": "merits",
}
"""Fields that hold lists, and the family with a column for each of their values."""
_COLUMN_OF_FIELD = {
    "harm_evidence": "harm.evidence",
    "remedial_scope": "remedial.scope",
    "notice": "motion_type.notice",
    "relief_form": "motion_type.relief_form",
    "pro_se": "motion_type.pro_se",
}
_COLUMN_OF_CONDITION = {
    "claim_area": "merits.claim_area",
    "movant_type": "motion_type.movant_type",
    "respondent_type": "motion_type.respondent_type",
}


class InvalidChange(ValueError):
    """Changes the schema does not allow.

    Attributes
    ----------
    problems
        For each, the field, its value and what was expected.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = tuple(problems)

    def __reduce__(self) -> tuple[type["InvalidChange"], tuple[Sequence[Problem]]]:
        """Pickle the problems, not the message made of them."""
        return type(self), (self.problems,)


class Change(BaseModel):
    """One change and the probability after it."""

    party: Party | None = Field(
        description="the party who could bring it about; null for a change that was requested"
    )
    label: str = Field(description="the change in words")
    changes: dict[str, Any] = Field(description="fields of the motion and their new values")
    p_grant: float = Field(description="probability after the change")
    p_low: float = Field(description="lower end of its interval")
    p_high: float = Field(description="upper end of its interval")
    points: float = Field(description="percentage points by which it moves p_grant")
    track_record: TrackRecord | None = Field(
        None,
        description="how the training rulings with what the change adds or removes were decided; "
        "null if it changes several values, or the model was trained before this was kept",
    )

    @property
    def too_few(self) -> bool:
        """Whether too few training rulings had it to say what it would change."""
        return self.track_record is not None and self.track_record.too_few


class WhatIf(BaseModel):
    """The probability now and after each change.

    If changes were requested, `combined` makes them all at once and `changes` one at a time.
    Otherwise, `changes` are those that would help each party most, and last those that too few
    training rulings had to say.
    """

    p_grant: float
    p_low: float
    p_high: float
    current: dict[str, Any] = Field(
        description="current values of the fields that can be changed, coded or read from text"
    )
    combined: Change | None = None
    changes: list[Change]
    note: str = describe_limits()
    model_version: str


class _Proposal(NamedTuple):
    party: Party | None
    label: str
    changes: dict[str, Any]


def what_if(
    predictor: Predictor,
    motion: Motion,
    changes: Mapping[str, Any] | None = None,
    base_rates: BaseRates | None = None,
    has_coder: bool = False,
) -> WhatIf:
    """Change a motion's indicators and see how the probability moves.

    Parameters
    ----------
    changes
        Fields of the motion and their new values. None tries the changes in `levers.toml`, one at
        a time, and keeps those that would help each party most.
    base_rates
        Grant rates to adjust to, if any (see `Predictor.score`).
    has_coder
        Whether a language model is set up that could read the fact instead.

    Raises
    ------
    InvalidChange
        If a change names an unknown field or value.
    """
    frame = predictor.model.prepare(build_features([motion]))
    current = {
        field: current_value(motion, frame, field)
        for field in (*_FAMILY_OF_LIST, *_COLUMN_OF_FIELD)
    }
    if changes is None:
        about = {field: current_value(motion, frame, field) for field in CONDITION_FIELDS}
        proposals = [
            _Proposal(lever.party, lever.label, {lever.field: value})
            for lever in levers()
            if lever.makes_sense(about) and (value := lever.apply(current[lever.field])) is not None
        ]
    else:
        one_by_one = [{field: value} for field, value in changes.items()]
        proposals = [
            _Proposal(None, describe_changes(fields), fields)
            for fields in [dict(changes), *one_by_one]
        ]
    motions = [motion, *(_with_changes(motion, proposal.changes) for proposal in proposals)]
    table = predictor.probabilities(motions, base_rates)
    before = table.iloc[0]
    results = [
        _result(
            proposal,
            table.iloc[row],
            float(before["p_grant"]),
            find_track_record(predictor.model.facts, proposal.changes, current),
        )
        for row, proposal in enumerate(proposals, start=1)
    ]
    combined = None if changes is None else results.pop(0)
    return WhatIf(
        p_grant=float(before["p_grant"]),
        p_low=float(before["p_low"]),
        p_high=float(before["p_high"]),
        current={
            field: list(value) if isinstance(value, tuple) else value
            for field, value in current.items()
        },
        combined=combined,
        changes=_most_helpful(results) if changes is None else results,
        note=describe_limits(
            predictor.model.base_rate if any(change.track_record for change in results) else None,
            has_forecast=motion.forecast is not None,
            has_coder=has_coder,
        ),
        model_version=predictor.version,
    )


def current_value(motion: Motion, frame: FeatureFrame, field: str) -> Any:
    """Return a field's value as the model takes it: as coded, or else as read from the papers.

    Parameters
    ----------
    frame
        The features of the motion, in its first row.
    field
        A field of the motion that can be changed, or on which it depends what can be.

    Returns
    -------
    None if it is not shown; for a list a tuple, empty if none of its values is shown.
    """
    coded = getattr(motion, field)
    if coded is not None:
        return coded
    if field in _FAMILY_OF_LIST:
        columns = {value: f"{_FAMILY_OF_LIST[field]}.{value}" for value in allowed_values(field)}
        return tuple(value for value, name in columns.items() if frame.column(name)[0] == 1)
    name = (_COLUMN_OF_FIELD | _COLUMN_OF_CONDITION)[field]
    value = frame.column(name)[0]
    if frame.source(0, name) == "not shown":
        return None
    if isinstance(value, str):
        return value
    values = allowed_values(field)
    return values[int(value)] if values else bool(value)


def describe_changes(changes: Mapping[str, Any]) -> str:
    """Put changes in words.

    >>> describe_changes({"remedial_steps": []})
    'remedial steps: none'
    """
    parts = []
    for field, value in changes.items():
        name = field.replace("_", " ")
        if value is None or value == [] or value == ():
            empty_list = value is not None and field in Motion.model_fields and is_list(field)
            parts.append(f"{name}: {'none' if empty_list else 'not shown'}")
            continue
        values = value if isinstance(value, list | tuple) else [value]
        parts.append(f"{name}: " + ", ".join(meaning(field, str(value)) for value in values))
    return "; ".join(parts)


def _with_changes(motion: Motion, changes: Mapping[str, Any]) -> Motion:
    row = motion.model_dump() | dict(changes)
    if motion.quotes and "quotes" not in changes:  # they bear out the values as they were
        row["quotes"] = {name: kept for name, kept in motion.quotes.items() if name not in changes}
    checked = check_rows([row], Motion, strict=True)
    if checked.rejects:
        raise InvalidChange(checked.rejects[0].problems)
    return checked.rows[0]


def _result(
    proposal: _Proposal,
    estimate: "pd.Series[Any]",
    before: float,
    track_record: TrackRecord | None,
) -> Change:
    p_grant = float(estimate["p_grant"])
    return Change(
        party=proposal.party,
        label=proposal.label,
        changes={
            field: list(map(str, value)) if isinstance(value, tuple) else value
            for field, value in proposal.changes.items()
        },
        p_grant=p_grant,
        p_low=float(estimate["p_low"]),
        p_high=float(estimate["p_high"]),
        points=100 * (p_grant - before),
        track_record=track_record,
    )


def _most_helpful(results: Sequence[Change]) -> list[Change]:
    """Return, for each party, the changes that move the probability most in its favor.

    Those that too few training rulings had come last, however far they move it.
    """
    best: list[Change] = []
    for party, sign in zip(PARTIES, (1, -1), strict=True):
        helpful = [
            change
            for change in results
            if change.party == party and sign * change.points >= MIN_POINTS
        ]
        best += sorted(helpful, key=lambda change: (change.too_few, -abs(change.points)))[
            :CHANGES_PER_PARTY
        ]
    return best
