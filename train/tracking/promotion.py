"""Whether the challenger takes the champion's place, and the way back.

A challenger is promoted when, on the rulings both models predicted unseen, it is not worse, is not
worse calibrated, asks for the same fields, and keeps what every model promises.
"""

import getpass
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from train.model.store import UnusableModel, load_model
from train.tracking import registry
from train.tracking.behaviour import behaviour_faults
from train.tracking.comparison import POOLED, Comparison, Gap, Measure, compare
from train.tracking.registry import CHALLENGER, CHAMPION, REGISTERED_NAME, address

MARGIN = 0.005
"""How much worse in pooled Brier score the challenger could still be by the 95% interval.

Two equally good models never differ by an interval wholly on the better side, so asking for that
would refuse every challenger that is as good; a test of "not worse" needs a margin, chosen before
the comparison (Piaggio et al. 2012, JAMA 308:2594-2604, on noninferiority). This one is a fraction
of the lead that even text-only answers have over the informed base rate (see the README), so that
what passes has lost little of what the model is worth.
"""
SLIGHT: dict[Measure, float] = {"Brier score": 0.001, "calibration distance": 0.005}
"""Differences within one mode too small to refuse for, however sure: two near copies of a model can
differ by a ten-thousandth with an interval that excludes zero."""
FEWEST = 100
"""Shared rulings below which an interval says too little to promote by."""
NOT_JUDGED = "not judged, as there are too few rulings to compare on"


class NothingToPromote(LookupError):
    """There is no challenger, or nothing it could replace."""


class NoWayBack(LookupError):
    """There is no champion before this one."""


@dataclass(frozen=True)
class Check:
    """One condition of promotion, whether it is met, and why in words."""

    name: str
    passed: bool
    words: str


@dataclass(frozen=True)
class Verdict:
    """The challenger judged beside the champion (version numbers), and what came of it."""

    champion: int
    challenger: int
    gaps: tuple[Gap, ...]
    checks: tuple[Check, ...]
    promoted: bool

    @property
    def refused(self) -> tuple[Check, ...]:
        """The checks that speak against the challenger."""
        return tuple(check for check in self.checks if not check.passed)


@dataclass(frozen=True)
class StepBack:
    """A rollback: the version that stepped down, the one that answers again.

    `problem` says why this program cannot load the latter, where it cannot.
    """

    stepped_down: int
    champion: int
    problem: str | None


def promote(
    force: bool = False, reason: str | None = None, tell: Callable[[str], None] = lambda step: None
) -> Verdict:
    """Judge the challenger and make it champion if no check speaks against it, or if forced.

    The version is tagged `previous_champion`, `promoted_by` and `promoted_at`; with a reason
    `promoted_because`; and where checks spoke against it `forced_despite`.

    Parameters
    ----------
    force
        Promote whatever the checks say; needs a reason.

    Raises
    ------
    ValueError
        If forced without a reason.
    NothingToPromote
        If there is no challenger or no champion.
    """
    reason = (reason or "").strip()
    if force and not reason:
        raise ValueError('--force needs --reason "why", which is kept with the version')
    found = registry.standing()
    champion, challenger = found.answering, found.challenger
    if champion is None:
        raise NothingToPromote(f"no model named {REGISTERED_NAME!r} is registered: `enjoin train`")
    if challenger is None or challenger == champion:
        raise NothingToPromote(
            f"there is no challenger; version {champion} answers. Train one with `enjoin train`, "
            f"or give a version the alias {CHALLENGER!r} in `mlflow ui`"
        )
    gaps, checks = _judge(champion, challenger, tell)
    refused = [check for check in checks if not check.passed]
    promoted = force or not refused
    if promoted:
        tags = {"previous_champion": str(champion), "promoted_by": _who(), "promoted_at": _now()}
        if reason:
            tags["promoted_because"] = reason
        if refused:
            tags["forced_despite"] = "; ".join(f"{c.name}: {c.words}" for c in refused)[:2000]
        _crown(challenger, tags)
    return Verdict(champion, challenger, gaps, checks, promoted)


def rollback() -> StepBack:
    """Make the champion before this one champion again.

    The version that steps down is tagged `stepped_down_at`, `stepped_down_by` and
    `stepped_down_for`, and loses its tag `previous_champion`, so that rolling back twice goes back
    twice.

    Raises
    ------
    NoWayBack
        If no version is champion, or none was before it, or that one was deleted.
    """
    found = registry.standing()
    now = found.champion
    if now is None:
        raise NoWayBack(f"no version of {REGISTERED_NAME!r} carries the alias {CHAMPION!r}")
    client = registry.client()
    noted = client.get_model_version(REGISTERED_NAME, str(now)).tags.get("previous_champion")
    if noted is None:
        raise NoWayBack(f"version {now} is champion, and none was before it")
    before = int(noted)
    if before not in found.versions:
        raise NoWayBack(
            f"version {before}, the champion before version {now}, is no longer in the registry"
        )
    tags = {"stepped_down_at": _now(), "stepped_down_by": _who(), "stepped_down_for": str(before)}
    for name, value in tags.items():
        client.set_model_version_tag(REGISTERED_NAME, str(now), name, value)
    client.set_registered_model_alias(REGISTERED_NAME, CHAMPION, str(before))
    client.delete_model_version_tag(REGISTERED_NAME, str(now), "previous_champion")
    return StepBack(now, before, _problem(before))


def _crown(version: int, tags: dict[str, str]) -> None:
    client = registry.client()
    # Tags first: a champion must never be without its way back.
    for name, value in tags.items():
        client.set_model_version_tag(REGISTERED_NAME, str(version), name, value)
    client.set_registered_model_alias(REGISTERED_NAME, CHAMPION, str(version))
    client.delete_registered_model_alias(REGISTERED_NAME, CHALLENGER)


def _judge(
    champion: int, challenger: int, tell: Callable[[str], None]
) -> tuple[tuple[Gap, ...], tuple[Check, ...]]:
    tell("comparing on the same rulings")
    gaps: tuple[Gap, ...] = ()
    try:
        found = compare(*map(registry.fetched_predictions, (champion, challenger)))
        gaps, shared = found.gaps, _shared_check(found)
    except (OSError, ValueError) as error:
        shared = Check("same rulings", False, str(error))
    if shared.passed:
        judged = [_brier_check(gaps), _calibration_check(gaps)]
    else:
        judged = [Check(name, False, NOT_JUDGED) for name in ("Brier score", "calibration")]
    checks = [shared, *judged, _schema_check(champion, challenger)]
    tell("trying what every model promises")
    return gaps, (*checks, _behaviour_check(challenger))


def _shared_check(found: Comparison) -> Check:
    words = f"{found.rulings} rulings of {found.cases} cases, predicted unseen by both"
    if found.relabelled:
        words += f"; {found.relabelled} left out, as the two runs labelled them differently"
    if found.namesakes:
        words += f"; {found.namesakes} left out, as the two runs know other motions by their ids"
    if found.rulings < FEWEST:
        words += f"; at least {FEWEST} are needed"
    return Check("same rulings", found.rulings >= FEWEST, words)


def _brier_check(gaps: tuple[Gap, ...]) -> Check:
    mine = [gap for gap in gaps if gap.measure == "Brier score"]
    pooled = next(gap for gap in mine if gap.mode == POOLED)
    faults = [f"worse in {gap.mode} mode" for gap in mine if gap.mode != POOLED and _worse(gap)]
    if pooled.high > MARGIN:
        faults.insert(0, f"could be worse by up to {pooled.high:.4f}, more than {MARGIN:g} pooled")
    words = f"not worse: at most {max(pooled.high, 0):.4f} pooled, and up to {MARGIN:g} passes"
    return Check("Brier score", not faults, "; ".join(faults) or words)


def _calibration_check(gaps: tuple[Gap, ...]) -> Check:
    mine = [gap for gap in gaps if gap.measure == "calibration distance"]
    faults = [f"worse calibrated in {gap.mode} mode" for gap in mine if _worse(gap)]
    return Check("calibration", not faults, "; ".join(faults) or "not shown to be worse")


def _worse(gap: Gap) -> bool:
    return gap.low > 0 and gap.difference > SLIGHT[gap.measure]


def _schema_check(champion: int, challenger: int) -> Check:
    name = "schema"
    try:
        old, new = _record(champion), _record(challenger)
    except (OSError, ValueError) as error:
        return Check(name, False, str(error))
    faults = []
    if gone := [column for column in old["columns"] if column not in new["columns"]]:
        faults.append(f"features gone: {', '.join(gone)}")
    if more := [column for column in new["columns"] if column not in old["columns"]]:
        faults.append(f"features added: {', '.join(more)}")
    digests = [record["facts"].get("schema_digest") for record in (old, new)]
    if None in digests:
        faults.append("a model from before schemas were noted; whether they are alike is not known")
    elif digests[0] != digests[1]:
        faults.append("the fields or allowed values of a motion changed (`enjoin schema`)")
    return Check(name, not faults, "; ".join(faults) or "same features, same fields of a motion")


def _record(version: int) -> dict[str, Any]:
    path = registry.fetched_model(address(version)) / "model.json"
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if not {"columns", "facts"} <= record.keys():
        raise ValueError(f"version {version}: its model.json names no columns or facts")
    return record


def _behaviour_check(challenger: int) -> Check:
    name = "behaviour"
    try:
        faults = behaviour_faults(load_model(registry.fetched_model(address(challenger))))
    except (OSError, UnusableModel) as error:
        return Check(name, False, str(error))
    return Check(name, not faults, "; ".join(faults) or "keeps what every model promises")


def _problem(version: int) -> str | None:
    try:
        load_model(registry.fetched_model(address(version)))
    except (OSError, UnusableModel) as error:
        return str(error)
    return None


def _who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return "unknown"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
