"""The life of a version in the registry: challenger, champion, and back."""

import getpass
import json
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from enjoin import app
from serve.model_source import locate_model
from train.evaluate.protocols import HEADLINE, MODEL
from train.modes import MODES
from train.tracking import behaviour, registry
from train.tracking.promotion import Verdict, promote
from train.tracking.registry import REGISTERED_NAME, RegistryState, registry_state

RNG = np.random.default_rng(3)
TRUE = RNG.beta(2, 2, 400)
GRANTED = RNG.random(400) < TRUE


def _predictions(p: Any = TRUE) -> pd.DataFrame:
    ids = np.arange(len(p))
    facts = {"id": ids, "case": ids, "granted": GRANTED[: len(p)], "p_grant": p}
    modes = [pd.DataFrame(facts).assign(mode=mode) for mode in MODES]
    return pd.concat(modes).assign(protocol=HEADLINE, model=MODEL)


@dataclass(frozen=True)
class Store:
    """A store of its own, with version 1 as it was trained; more versions are added at will."""

    folder: Path
    experiment: str

    def model(self, **changes: Any) -> Path:
        """Copy version 1's model folder with other values in its `model.json`."""
        folder = self.folder / f"model{len(list(self.folder.iterdir()))}"
        shutil.copytree(registry.fetch_model("models:/enjoin/1"), folder)
        record = json.loads((folder / "model.json").read_text())
        (folder / "model.json").write_text(json.dumps(record | changes))
        return folder

    def add(self, predictions: pd.DataFrame | None, model: Path | None = None) -> int:
        """Register a version as training does; without predictions its run has none."""
        client = mlflow.MlflowClient()
        run = client.create_run(self.experiment).info.run_id
        if predictions is not None:
            client.log_text(run, predictions.to_csv(index=False), "predictions.csv")
        source = str(model or registry.fetch_model("models:/enjoin/1"))
        version = int(client.create_model_version(REGISTERED_NAME, source, run).version)
        registry.assign_alias(version)
        return version

    def tags(self, version: int) -> dict[str, str]:
        return dict(mlflow.MlflowClient().get_model_version(REGISTERED_NAME, str(version)).tags)


@pytest.fixture
def store(own_store: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(behaviour, "SAMPLE_STEP", 1000)
    runs = (own_store / "runs").as_uri()
    experiment = mlflow.MlflowClient().create_experiment("here", artifact_location=runs)
    return Store(own_store, experiment)


@pytest.fixture
def rivals(store: Store) -> Store:
    """A store where version 2 took version 1's place, and predicted `TRUE` for 400 rulings."""
    version = str(store.add(_predictions()))
    client = mlflow.MlflowClient()
    client.set_model_version_tag(REGISTERED_NAME, version, "previous_champion", "1")
    client.set_registered_model_alias(REGISTERED_NAME, "champion", version)
    client.delete_registered_model_alias(REGISTERED_NAME, "challenger")
    return store


def _invoke(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200"})


def _failed(verdict: Verdict) -> set[str]:
    return {check.name for check in verdict.failed_checks}


def _detail(verdict: Verdict, name: str) -> str:
    return next(check.detail for check in verdict.checks if check.name == name)


def test_training_makes_the_first_version_champion(trained: Any, store: Store) -> None:
    assert registry_state() == RegistryState((1,), champion=1)
    assert "champion" in trained.printed


def test_a_later_version_waits_as_challenger(store: Store) -> None:
    for version in (2, 3):
        assert store.add(_predictions()) == version
        assert registry_state() == RegistryState(tuple(range(1, version + 1)), 1, version)
    assert locate_model().version == "enjoin/1"
    answer = _invoke("predict", "--text", "x", "--motion-type", "tro", "--json")
    assert json.loads(answer.stdout)["model_version"] == "enjoin/1"
    assert locate_model("models:/enjoin@challenger").version == "enjoin/3"
    with pytest.raises(FileNotFoundError, match="nobody"):
        locate_model("models:/enjoin@nobody")


def test_a_store_from_before_aliases_answers_as_it_did(store: Store) -> None:
    store.add(_predictions())
    client = mlflow.MlflowClient()
    for alias in ("champion", "challenger"):
        client.delete_registered_model_alias(REGISTERED_NAME, alias)
    assert locate_model().version == "enjoin/2"
    assert _invoke("rollback").exit_code == 2
    store.add(_predictions())
    assert registry_state() == RegistryState((1, 2, 3), champion=2, challenger=3)
    assert locate_model().version == "enjoin/2"


def test_an_equal_challenger_is_promoted(rivals: Store) -> None:
    assert rivals.add(_predictions()) == 3
    result = _invoke("promote")
    assert result.exit_code == 0, result.output
    assert "Promoted" in result.output
    assert "fail" not in result.output
    assert registry_state() == RegistryState((1, 2, 3), champion=3)
    assert locate_model().version == "enjoin/3"
    tags = rivals.tags(3)
    assert tags["previous_champion"] == "2"
    assert tags["promoted_by"] == getpass.getuser()
    assert datetime.fromisoformat(tags["promoted_at"]).tzinfo is not None
    assert not {"promotion_reason", "failed_checks"} & tags.keys()


@pytest.mark.parametrize(
    ("edited", "failed"),
    [
        (_predictions(np.full(400, GRANTED.mean())), {"Brier score"}),  # calibrated, and no more
        (_predictions(np.where(GRANTED, 0.6, 0.4)), {"calibration"}),  # knows all, and too timid
        (_predictions(np.full(400, 0.05)), {"Brier score", "calibration"}),
        (_predictions(TRUE[:99]), {"same rulings", "Brier score", "calibration"}),
        (
            _predictions().assign(granted=lambda t: t["granted"] ^ (t["id"] >= 99)),
            {"same rulings", "Brier score", "calibration"},
        ),
        (None, {"same rulings", "Brier score", "calibration"}),
    ],
)
def test_a_worse_challenger_is_refused(rivals: Store, edited: Any, failed: set[str]) -> None:
    rivals.add(edited)
    verdict = promote()
    assert not verdict.promoted
    assert _failed(verdict) == failed
    assert registry_state() == RegistryState((1, 2, 3), champion=2, challenger=3)
    assert not rivals.tags(3)


def test_one_mode_that_is_worse_refuses(rivals: Store) -> None:
    """Better in two modes, so that the pooled difference alone would let it pass."""
    worse, better = _predictions(RNG.permutation(TRUE)), _predictions(np.where(GRANTED, 0.9, 0.1))
    rivals.add(pd.concat([worse[worse["mode"] == "text"], better[better["mode"] != "text"]]))
    result = _invoke("promote")
    assert result.exit_code == 3
    assert "Refused" in result.output
    assert "text mode" in result.output


def test_another_schema_is_refused(rivals: Store) -> None:
    record = json.loads((registry.fetch_model("models:/enjoin/1") / "model.json").read_text())
    assert record["facts"]["schema_digest"]
    for changes, words in (
        ({"facts": record["facts"] | {"schema_digest": "0"}}, "allowed values"),
        ({"facts": {}}, "no schema digest"),
        ({"columns": [*record["columns"][1:], "luck"]}, "luck"),
    ):
        rivals.add(_predictions(), rivals.model(**changes))
        verdict = promote()
        assert not verdict.promoted
        assert "schema" in _failed(verdict)
        assert words in _detail(verdict, "schema")
    assert "behaviour" in _failed(verdict)  # this program cannot load the last one


def test_a_model_that_breaks_a_promise_is_refused(rivals: Store) -> None:
    record = json.loads((registry.fetch_model("models:/enjoin/1") / "model.json").read_text())
    for line in record["calibrations"].values():
        line["slope"] *= -1
    rivals.add(_predictions(), rivals.model(calibrations=record["calibrations"]))
    verdict = promote()
    assert not verdict.promoted
    assert _failed(verdict) == {"behaviour"}
    assert "never lowers" in _detail(verdict, "behaviour")


def test_force_needs_a_reason_and_leaves_tags(rivals: Store) -> None:
    rivals.add(_predictions(np.full(400, 0.05)))
    refused = _invoke("promote", "--force")
    assert refused.exit_code == 2
    assert "--reason" in refused.output
    assert _invoke("promote", "--force", "--reason", " ").exit_code == 2
    assert registry_state().champion == 2
    result = _invoke("promote", "--force", "--reason", "the court's new rule")
    assert result.exit_code == 0
    assert "by force" in result.output
    assert registry_state() == RegistryState((1, 2, 3), champion=3)
    tags = rivals.tags(3)
    assert tags["promotion_reason"] == "the court's new rule"
    assert tags["promoted_by"] == getpass.getuser()
    assert "promoted_at" in tags
    assert "Brier score: " in tags["failed_checks"]
    assert "calibration: " in tags["failed_checks"]
    assert "schema" not in tags["failed_checks"]


def test_rollback_goes_back_one_champion_at_a_time(rivals: Store) -> None:
    rivals.add(_predictions())
    assert _invoke("promote").exit_code == 0
    result = _invoke("rollback")
    assert result.exit_code == 0, result.output
    assert "version 2" in result.output
    assert "warning" not in result.output
    assert locate_model().version == "enjoin/2"
    tags = rivals.tags(3)
    assert datetime.fromisoformat(tags["rolled_back_at"])
    assert tags["rolled_back_to"] == "2"
    assert _invoke("rollback").exit_code == 0
    assert registry_state() == RegistryState((1, 2, 3), champion=1)
    result = _invoke("rollback")
    assert result.exit_code == 2
    assert registry_state().champion == 1


def test_rollback_warns_of_a_champion_that_is_gone_or_cannot_be_loaded(rivals: Store) -> None:
    rivals.add(_predictions(), rivals.model(lexicon_digest="0"))
    assert _invoke("promote", "--force", "--reason", "try").exit_code == 0
    rivals.add(_predictions())
    assert _invoke("promote").exit_code == 0
    result = _invoke("rollback")
    assert result.exit_code == 0
    assert "warning" in result.output
    mlflow.MlflowClient().delete_model_version(REGISTERED_NAME, "2")
    result = _invoke("rollback")
    assert result.exit_code == 2
    assert "no longer" in result.output
    assert registry_state().champion == 3


def test_nothing_to_promote(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = _invoke("promote")
    assert result.exit_code == 2
    assert "no challenger" in result.output
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/none.db")
    result = _invoke("promote")
    assert result.exit_code == 2
    assert "enjoin train" in result.output
    assert not (tmp_path / "none.db").exists()
