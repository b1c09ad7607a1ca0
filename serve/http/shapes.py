"""The shape of each route's body, told with a short example to who sent another one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from data.schema import Motion

_PAPERS = {
    "motion": "Plaintiff moves for a preliminary injunction and says that the disclosure of its "
    "customer list will cost it customers for good."
}
_MOTION = {"motion_type": "preliminary_injunction", **_PAPERS}


@dataclass(frozen=True)
class BodyShape:
    """What a route expects as its body.

    Attributes
    ----------
    expected
        The shape in words.
    example
        A short body that the route answers.
    mistake
        Says what a body of another shape seems to be; None if nothing is known of it.
    """

    expected: str
    example: Any
    mistake: Callable[[Any], str | None]


def _mistake_for_motion(body: Any) -> str | None:
    if isinstance(body, list):
        return "found a list; several motions go to /v1/predict/batch"
    if isinstance(body, dict) and not _is_motion(body):
        return _wrapped(body)
    return None


def _mistake_for_papers(body: Any) -> str | None:
    if isinstance(body, list):
        return "found a list; send one motion at a time"
    return _mistake_for_motion(body)


def _mistake_for_batch(body: Any) -> str | None:
    if not isinstance(body, dict):
        return None
    if _is_motion(body):
        return "found a motion by itself; put it into a list, or send it to /v1/predict"
    return "found an object; send the list itself"


def _mistake_for_what_if(body: Any) -> str | None:
    if isinstance(body, list):
        return "found a list; send one motion at a time"
    if isinstance(body, dict) and _is_motion(body):
        return "found a motion by itself; put it under `motion`"
    return None


def _is_motion(body: dict[str, Any]) -> bool:
    """Tell whether an object is meant as a motion, and not as one that holds motions."""
    if "motion" in body:
        return not isinstance(body["motion"], dict | list)
    return bool(body.keys() & Motion.model_fields.keys())


def _wrapped(body: dict[str, Any]) -> str | None:
    """Say under which name an object holds the motion or motions, if it seems to."""
    for name, value in body.items():
        if isinstance(value, list) and any(isinstance(each, dict) for each in value):
            return f"found a list under {name[:40]!r}; several motions go to /v1/predict/batch"
        if isinstance(value, dict) and _is_motion(value):
            return f"found a motion under {name[:40]!r}; send the motion itself"
    return None


_ONE_MOTION = BodyShape("one motion, as an object of its fields", _MOTION, _mistake_for_motion)
SHAPES: Mapping[str, BodyShape] = {
    "/v1/predict": _ONE_MOTION,
    "/v1/comparables": _ONE_MOTION,
    "/v1/predict/batch": BodyShape("a list of motions", [_MOTION], _mistake_for_batch),
    "/v1/what-if": BodyShape(
        "an object with a `motion` and, if wanted, `changes` to it",
        {"motion": _MOTION, "changes": {"harm_timing": "imminent"}},
        _mistake_for_what_if,
    ),
    "/v1/code": BodyShape(
        "one motion, of which the type may be left out", _PAPERS, _mistake_for_papers
    ),
}
"""The shape of each JSON body, by path."""
