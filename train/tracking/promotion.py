"""Promotion of the challenger to champion, and rollback to the champion before.

A challenger is promoted if, on the rulings that both models predicted out of sample, it is not
worse and not worse calibrated, if it needs the same fields of a motion, and if it keeps the
promises of `train.tracking.behaviour`.
"""

import getpass
import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from data.io.redact import shorten
from train.model.damage import UnusableModel
from train.model.store import load_model
from train.settings import OnProgress
from train.tracking import registry
from train.tracking.behaviour import broken_promises
from train.tracking.comparison import POOLED, Comparison, Gap, Measure, compare
from train.tracking.registry import CHALLENGER, CHAMPION, REGISTERED_NAME, model_uri

NONINFERIORITY_MARGIN = 0.005
"""Largest upper bound of the pooled Brier difference with which a challenger is "not worse".

To require an interval wholly on the better side would refuse every challenger that is equally good;
a test of "not worse" needs a margin chosen before the comparison (Piaggio et al. 2012, JAMA
308:2594-2604, on noninferiority). This one is a fraction of the lead that even text-only
predictions have over the informed base rate, so a challenger that passes has lost little of it.
"""
NEGLIGIBLE: dict[Measure, float] = {"Brier score": 0.001, "calibration distance": 0.005}
"""Differences within one mode that are too small to refuse for, even if significant: two nearly
identical models can differ by a ten-thousandth with an interval that excludes zero."""
MIN_SHARED_RULINGS = 100
"""With fewer shared rulings the intervals are too wide to promote by."""
NOT_COMPARED = "not compared: too few shared rulings"


class NothingToPromote(LookupError):
    """There is no challenger, or no champion that it could replace."""


class NoPreviousChampion(LookupError):
    """There is no champion to roll back to."""


@dataclass(frozen=True)
class Check:
    """One condition of promotion: whether it is met, and the detail."""

    name: str
    passed: bool
    detail: str


@dataclass(frozen=True)
class Verdict:
    """The versions compared, each check, and whether the challenger was promoted."""

    champion: int
    challenger: int
    gaps: tuple[Gap, ...]
    checks: tuple[Check, ...]
    promoted: bool

    @property
    def failed_checks(self) -> tuple[Check, ...]:
        """The checks that the challenger failed."""
        return tuple(check for check in self.checks if not check.passed)


@dataclass(frozen=True)
class RollbackResult:
    """The version that is no longer champion, and the version that is champion again.

    `problem` says why this program cannot load the latter; None if it can.
    """

    demoted: int
    champion: int
    problem: str | None


def promote(
    force: bool = False,
    reason: str | None = None,
    on_progress: OnProgress = lambda step: None,
) -> Verdict:
    """Compare the challenger with the champion, and promote it if it passes or if forced.

    The version is tagged `previous_champion`, `promoted_by` and `promoted_at`, with a reason
    `promotion_reason`, and if it was forced past failed checks `failed_checks`.

    Parameters
    ----------
    force
        Promote even if checks fail; needs a reason.

    Raises
    ------
    ValueError
        If forced without a reason.
    NothingToPromote
        If there is no challenger or no champion.
    UnusableModel
        If the challenger's files are not those that were registered, even if forced.
    """
    reason = (reason or "").strip()
    if force and not reason:
        raise ValueError('--force needs --reason "...", which is kept with the version')
    state = registry.registry_state()
    champion, challenger = state.default_version, state.challenger
    if champion is None:
        raise NothingToPromote(
            f"no model named {REGISTERED_NAME!r} is registered; run `enjoin train`"
        )
    if challenger is None or challenger == champion:
        raise NothingToPromote(
            f"there is no challenger; version {champion} is in use. Train one with `enjoin train`, "
            f"or give a version the alias {CHALLENGER!r} in `mlflow ui`"
        )
    with suppress(OSError):  # which a check tells
        registry.fetch_model(model_uri(challenger))
    gaps, checks = run_checks(champion, challenger, on_progress)
    verdict = Verdict(champion, challenger, gaps, checks, promoted=False)
    failed = verdict.failed_checks
    if failed and not force:
        return verdict
    tags = {"previous_champion": str(champion), "promoted_by": _user(), "promoted_at": _now()}
    if reason:
        tags["promotion_reason"] = reason
    if failed:
        tags["failed_checks"] = "; ".join(f"{c.name}: {c.detail}" for c in failed)[:2000]
    _make_champion(challenger, tags)
    return Verdict(champion, challenger, gaps, checks, promoted=True)


def rollback() -> RollbackResult:
    """Make the previous champion the champion again.

    The version that it replaces is tagged `rolled_back_at`, `rolled_back_by` and `rolled_back_to`,
    and loses its tag `previous_champion`, so that a second rollback goes back one champion further.

    Raises
    ------
    NoPreviousChampion
        If no version is champion, or it has no predecessor, or that one was deleted.
    """
    state = registry.registry_state()
    champion = state.champion
    if champion is None:
        raise NoPreviousChampion(f"no version of {REGISTERED_NAME!r} has the alias {CHAMPION!r}")
    client = registry.client()
    tags = client.get_model_version(REGISTERED_NAME, str(champion)).tags
    if "previous_champion" not in tags:
        raise NoPreviousChampion(f"version {champion} is champion and replaced no other version")
    previous = int(tags["previous_champion"])
    if previous not in state.versions:
        raise NoPreviousChampion(
            f"version {previous}, the champion before version {champion}, is no longer in the "
            "registry"
        )
    for name, value in {
        "rolled_back_at": _now(),
        "rolled_back_by": _user(),
        "rolled_back_to": str(previous),
    }.items():
        client.set_model_version_tag(REGISTERED_NAME, str(champion), name, value)
    client.set_registered_model_alias(REGISTERED_NAME, CHAMPION, str(previous))
    client.delete_model_version_tag(REGISTERED_NAME, str(champion), "previous_champion")
    return RollbackResult(champion, previous, _load_problem(previous))


def _make_champion(version: int, tags: dict[str, str]) -> None:
    client = registry.client()
    # Tags first: a champion must always have the tag that rollback needs.
    for name, value in tags.items():
        client.set_model_version_tag(REGISTERED_NAME, str(version), name, value)
    client.set_registered_model_alias(REGISTERED_NAME, CHAMPION, str(version))
    client.delete_registered_model_alias(REGISTERED_NAME, CHALLENGER)


def run_checks(
    champion: int, challenger: int, on_progress: OnProgress
) -> tuple[tuple[Gap, ...], tuple[Check, ...]]:
    """Compare two versions, and return the measures and every check of the challenger."""
    on_progress("comparing on the same rulings")
    gaps: tuple[Gap, ...] = ()
    try:
        comparison = compare(*map(registry.fetch_predictions, (champion, challenger)))
        gaps, shared = comparison.gaps, check_shared_rulings(comparison)
    except (OSError, ValueError) as error:
        shared = Check("same rulings", False, shorten(str(error)))
    if shared.passed:
        compared = [check_brier_score(gaps), check_calibration(gaps)]
    else:
        compared = [Check(name, False, NOT_COMPARED) for name in ("Brier score", "calibration")]
    schema = _check_schema(champion, challenger)
    on_progress("checking the promises that every model must keep")
    return gaps, (shared, *compared, schema, _check_behaviour(challenger))


def check_shared_rulings(comparison: Comparison) -> Check:
    """Check that there are enough rulings to compare on."""
    detail = (
        f"{comparison.rulings} rulings in {comparison.cases} cases, predicted out of sample by both"
    )
    if comparison.relabelled:
        detail += f"; {comparison.relabelled} left out (labelled differently in the two runs)"
    if comparison.mismatched:
        detail += f"; {comparison.mismatched} left out (same id, another motion)"
    if comparison.rulings < MIN_SHARED_RULINGS:
        detail += f"; at least {MIN_SHARED_RULINGS} are needed"
    return Check("same rulings", comparison.rulings >= MIN_SHARED_RULINGS, detail)


def check_brier_score(gaps: tuple[Gap, ...]) -> Check:
    """Check that the challenger is not worse pooled, nor significantly worse in any mode."""
    brier_gaps = [gap for gap in gaps if gap.measure == "Brier score"]
    pooled = next(gap for gap in brier_gaps if gap.mode == POOLED)
    faults = []
    if pooled.high > NONINFERIORITY_MARGIN:
        faults.append(
            f"could be worse by up to {pooled.high:.4f} pooled, more than {NONINFERIORITY_MARGIN:g}"
        )
    by_mode = [gap for gap in brier_gaps if gap.mode != POOLED]
    faults += [f"worse in {gap.mode} mode" for gap in by_mode if _is_worse(gap)]
    passed = (
        f"not worse: by at most {max(pooled.high, 0):.4f} pooled (allowed: "
        f"{NONINFERIORITY_MARGIN:g})"
    )
    return Check("Brier score", not faults, "; ".join(faults) or passed)


def check_calibration(gaps: tuple[Gap, ...]) -> Check:
    """Check that the challenger is not significantly worse calibrated in any mode."""
    distances = [gap for gap in gaps if gap.measure == "calibration distance"]
    faults = [f"worse calibrated in {gap.mode} mode" for gap in distances if _is_worse(gap)]
    return Check("calibration", not faults, "; ".join(faults) or "not significantly worse")


def _is_worse(gap: Gap) -> bool:
    return gap.low > 0 and gap.difference > NEGLIGIBLE[gap.measure]


def _check_schema(champion: int, challenger: int) -> Check:
    name = "schema"
    try:
        old, new = _model_record(champion), _model_record(challenger)
    except (OSError, ValueError) as error:
        return Check(name, False, shorten(str(error)))
    faults = []
    if removed := [column for column in old["columns"] if column not in new["columns"]]:
        faults.append(f"features removed: {', '.join(removed)}")
    if added := [column for column in new["columns"] if column not in old["columns"]]:
        faults.append(f"features added: {', '.join(added)}")
    digests = [record["facts"].get("schema_digest") for record in (old, new)]
    if None in digests:
        faults.append("a model has no schema digest, so the fields of a motion are not comparable")
    elif digests[0] != digests[1]:
        faults.append("the fields or allowed values of a motion changed (see `enjoin schema`)")
    return Check(name, not faults, "; ".join(faults) or "same features, same fields of a motion")


def _model_record(version: int) -> dict[str, Any]:
    path = registry.fetch_model(model_uri(version)) / "model.json"
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if not {"columns", "facts"} <= record.keys():
        raise ValueError(f"version {version}: its model.json has no columns or no facts")
    return record


def _check_behaviour(challenger: int) -> Check:
    name = "behaviour"
    try:
        faults = broken_promises(load_model(registry.fetch_model(model_uri(challenger))))
    except (OSError, UnusableModel) as error:
        return Check(name, False, shorten(str(error)))
    return Check(name, not faults, "; ".join(faults) or "keeps every promise")


def _load_problem(version: int) -> str | None:
    try:
        load_model(registry.fetch_model(model_uri(version)))
    except (OSError, UnusableModel) as error:
        return shorten(str(error))
    return None


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # in a container the user may have no name
        return "unknown"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
