"""What is done with a motion in a process that holds the model.

Each job takes the predictor first and returns what the endpoint sends, as JSON, so that only bytes
travel back.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel

from data.schema import Motion
from serve.predictor import Predictor
from serve.responses import Answer
from serve.what_if.what_if import what_if
from train.model.prior_shift import BaseRates

_ANSWER_FIELDS = {
    "id",
    "p_grant",
    "p_low",
    "p_high",
    "in_scope",
    "mode",
    "model_version",
    "model_digest",
}


class Query(NamedTuple):
    """A motion to predict.

    Attributes
    ----------
    base_rate
        Grant rate to adjust the probability to; None leaves it as the model gives it.
    request_id
        Id of the request, which the answer repeats.
    """

    motion: Motion
    base_rate: float | None
    request_id: str


class Predicted(NamedTuple):
    """The answer about one motion.

    Attributes
    ----------
    body
        The `serve.responses.Answer` as JSON.
    mode
        What was read: see `train.modes`.
    recorded
        What the audit log keeps of it.
    """

    body: bytes
    mode: str
    recorded: dict[str, Any]


def predict(predictor: Predictor, queries: Sequence[Query]) -> list[Predicted | Exception]:
    """Answer each query; what fails for one motion is no fault of the others."""
    answers: list[Predicted | Exception] = [RuntimeError()] * len(queries)
    for base_rate in dict.fromkeys(query.base_rate for query in queries):
        rows = [row for row, query in enumerate(queries) if query.base_rate == base_rate]
        found = _predict(predictor, [queries[row] for row in rows], base_rate)
        for row, answer in zip(rows, found, strict=True):
            answers[row] = answer
    return answers


def _predict(
    predictor: Predictor, queries: Sequence[Query], base_rate: float | None
) -> list[Predicted | Exception]:
    try:
        rates = overall_rate(base_rate)
        answers = predictor.answer([query.motion for query in queries], rates)
    except Exception as error:
        if len(queries) == 1:
            return [error]
        return [_predict(predictor, [query], base_rate)[0] for query in queries]
    return [_predicted(*pair) for pair in zip(queries, answers, strict=True)]


def _predicted(query: Query, answer: Answer) -> Predicted:
    answer.request_id = query.request_id
    return Predicted(to_json(answer), answer.mode, recorded_fields(answer))


def answer_what_if(
    predictor: Predictor,
    motion: Motion,
    changes: dict[str, Any] | None,
    base_rate: float | None,
    has_coder: bool,
) -> bytes:
    """Return what changes would do; see `serve.what_if.what_if.what_if`.

    Raises
    ------
    InvalidChange
        If the schema does not allow the changes.
    """
    return to_json(what_if(predictor, motion, changes, overall_rate(base_rate), has_coder))


def list_comparables(predictor: Predictor, motion: Motion, limit: int) -> bytes:
    """Return the training rulings most like a motion.

    Raises
    ------
    NoComparables
        If the model has no training rulings to compare with.
    """
    return to_json(predictor.find_comparables(motion, limit))


def recorded_fields(answer: Answer) -> dict[str, Any]:
    """Return what the audit log keeps of an answer: the columns of a scored docket."""
    adjustment = answer.base_rate_adjustment
    return {
        **answer.model_dump(include=_ANSWER_FIELDS),
        "why_out_of_scope": "; ".join(answer.out_of_scope) or None,
        "base_rate": adjustment.grant_rate if adjustment else None,
        "p_grant_unadjusted": adjustment.p_unadjusted if adjustment else None,
    }


def overall_rate(rate: float | None) -> BaseRates | None:
    """Return a request's base rate in the form that the predictor takes.

    Raises
    ------
    ValueError
        If the rate is not strictly between 0 and 1 (see `train.model.prior_shift.check_rate`).
    """
    return None if rate is None else BaseRates(rate)


def to_json(model: BaseModel) -> bytes:
    """Return a model as JSON."""
    return model.model_dump_json().encode()
