"""Each check of promotion by itself, and a promotion and rollback without a store."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from train.modes import MODES
from train.tracking import promotion
from train.tracking.comparison import POOLED, Comparison, Gap, Measure
from train.tracking.promotion import (
    MIN_SHARED_RULINGS,
    NONINFERIORITY_MARGIN,
    Check,
    NoPreviousChampion,
    NothingToPromote,
    check_brier_score,
    check_calibration,
    check_shared_rulings,
    promote,
    rollback,
)
from train.tracking.registry import RegistryState


def _gap(measure: Measure, mode: str, difference: float = 0.0, half_width: float = 0.001) -> Gap:
    low, high = difference - half_width, difference + half_width
    return Gap(measure, mode, 0.2, 0.2 + difference, difference, low, high)


def _brier_gaps(**differences: float) -> tuple[Gap, ...]:
    return tuple(_gap("Brier score", mode, differences.get(mode, 0.0)) for mode in (*MODES, POOLED))


def test_an_equal_challenger_passes_the_brier_check() -> None:
    assert check_brier_score(_brier_gaps()).passed


def test_a_challenger_that_could_be_worse_than_the_margin_fails() -> None:
    check = check_brier_score(_brier_gaps(pooled=NONINFERIORITY_MARGIN))
    assert not check.passed
    assert "pooled" in check.detail


def test_a_challenger_significantly_worse_in_one_mode_fails() -> None:
    check = check_brier_score(_brier_gaps(text=0.003))
    assert not check.passed
    assert "text" in check.detail
    assert "pooled" not in check.detail


def test_negligible_differences_pass_even_if_significant() -> None:
    surely = _gap("Brier score", "text", 0.0009, half_width=0.0001)
    assert check_brier_score((surely, _gap("Brier score", POOLED))).passed
    assert check_calibration((_gap("calibration distance", "text", 0.0049, 0.0001),)).passed
    assert not check_calibration((_gap("calibration distance", "text", 0.006, 0.0001),)).passed
    assert check_calibration((_gap("calibration distance", "text", 0.006, 0.01),)).passed


@pytest.mark.parametrize(("n", "passed"), [(MIN_SHARED_RULINGS, True), (99, False)])
def test_enough_rulings_must_be_shared(n: int, passed: bool) -> None:
    check = check_shared_rulings(Comparison(n, n, relabelled=2, mismatched=3, gaps=()))
    assert check.passed == passed
    assert check.detail.startswith(f"{n} rulings")
    assert "2 left out" in check.detail
    assert "3 left out" in check.detail


@dataclass
class Registry:
    """A registry in memory, with the part of MLflow's client that promotion uses."""

    aliases: dict[str, str]
    versions: tuple[int, ...] = (1, 2, 3)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)

    def state(self) -> RegistryState:
        numbers = {alias: int(version) for alias, version in self.aliases.items()}
        return RegistryState(self.versions, numbers.get("champion"), numbers.get("challenger"))

    def get_model_version(self, name: str, version: str) -> Any:
        return SimpleNamespace(tags=self.tags.get(version, {}))

    def set_model_version_tag(self, name: str, version: str, key: str, value: str) -> None:
        self.tags.setdefault(version, {})[key] = value

    def delete_model_version_tag(self, name: str, version: str, key: str) -> None:
        del self.tags[version][key]

    def set_registered_model_alias(self, name: str, alias: str, version: str) -> None:
        self.aliases[alias] = version

    def delete_registered_model_alias(self, name: str, alias: str) -> None:
        del self.aliases[alias]


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    """A registry with version 1 as champion and 2 as challenger, which passes every check."""
    fake = Registry({"champion": "1", "challenger": "2"})
    monkeypatch.setattr(promotion.registry, "registry_state", fake.state)
    monkeypatch.setattr(promotion.registry, "client", lambda: fake)
    monkeypatch.setattr(promotion.registry, "fetch_model", _no_model)
    monkeypatch.setattr(promotion, "run_checks", lambda *given: ((), (Check("all", True, "good"),)))
    return fake


def _no_model(uri: str) -> Any:
    raise FileNotFoundError(f"cannot fetch {uri}")


def test_a_challenger_that_passes_is_promoted_and_rolled_back(registry: Registry) -> None:
    verdict = promote()
    assert verdict.promoted
    assert (verdict.champion, verdict.challenger) == (1, 2)
    assert registry.aliases == {"champion": "2"}
    assert registry.tags["2"]["previous_champion"] == "1"
    assert not {"promotion_reason", "failed_checks"} & registry.tags["2"].keys()

    result = rollback()
    assert (result.demoted, result.champion) == (2, 1)
    assert result.problem
    assert registry.aliases == {"champion": "1"}
    assert registry.tags["2"]["rolled_back_to"] == "1"
    with pytest.raises(NoPreviousChampion):
        rollback()


def test_a_failed_check_refuses_unless_forced(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = Check("Brier score", False, "worse in text mode")
    monkeypatch.setattr(promotion, "run_checks", lambda *given: ((), (failed,)))
    verdict = promote()
    assert not verdict.promoted
    assert verdict.failed_checks == (failed,)
    assert registry.aliases == {"champion": "1", "challenger": "2"}
    assert not registry.tags
    with pytest.raises(ValueError, match="--reason"):
        promote(force=True, reason=" ")
    assert promote(force=True, reason="a new rule").promoted
    assert registry.tags["2"]["promotion_reason"] == "a new rule"
    assert registry.tags["2"]["failed_checks"] == "Brier score: worse in text mode"


def test_nothing_to_promote(registry: Registry) -> None:
    del registry.aliases["challenger"]
    with pytest.raises(NothingToPromote, match="challenger"):
        promote()
    registry.versions, registry.aliases = (), {}
    with pytest.raises(NothingToPromote, match="enjoin train"):
        promote()
    with pytest.raises(NoPreviousChampion, match="champion"):
        rollback()


def test_a_deleted_champion_cannot_be_restored(registry: Registry) -> None:
    promote()
    registry.versions = (2, 3)
    with pytest.raises(NoPreviousChampion, match="no longer in the registry"):
        rollback()
    assert registry.aliases == {"champion": "2"}
