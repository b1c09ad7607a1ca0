"""Files of a version are those that were registered, or it is refused."""

import shutil
from pathlib import Path

import mlflow
import pytest

from train.model.damage import UnusableModel
from train.model.store import model_digest
from train.tracking import promotion, registry
from train.tracking.registry import DIGEST_TAG, REGISTERED_NAME, fetch_model


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the tables of a store, which takes seconds, once."""
    path = tmp_path_factory.mktemp("tables") / "mlflow.db"
    mlflow.MlflowClient(f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture
def model(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Register a folder twice, with the digest of its files; version 2 is the challenger."""
    shutil.copy(database, tmp_path / "mlflow.db")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    monkeypatch.setattr(registry, "_without_digest", set())
    folder = tmp_path / "model"
    (folder / "text").mkdir(parents=True)
    (folder / "model.json").write_text("{}")
    (folder / "text" / "bag_000.txt").write_text("tree")
    client = mlflow.MlflowClient()
    client.create_registered_model(REGISTERED_NAME)
    for alias in ("champion", "challenger"):
        version = client.create_model_version(REGISTERED_NAME, folder.as_uri()).version
        client.set_model_version_tag(REGISTERED_NAME, version, DIGEST_TAG, model_digest(folder))
        client.set_registered_model_alias(REGISTERED_NAME, alias, version)
    return folder


ADDRESSES = ["models:/enjoin/1", "models:/enjoin@champion", "models:/enjoin/latest"]


@pytest.mark.parametrize("change", ["edited", "added", "removed", "renamed"])
def test_changed_files_are_refused(model: Path, change: str) -> None:
    for address in ADDRESSES:
        assert fetch_model(address) == model
    bag = model / "text" / "bag_000.txt"
    if change == "edited":
        bag.write_text("tre")
    elif change == "added":
        (model / "text" / "bag_001.txt").write_text("tree")
    elif change == "removed":
        bag.unlink()
    else:
        bag.rename(model / "text" / "bag_002.txt")
    for address in ADDRESSES:
        with pytest.raises(UnusableModel, match="not those that were registered"):
            fetch_model(address)
    with pytest.raises(UnusableModel, match="not those that were registered"):
        promotion.promote(force=True, reason="it must be")
    assert registry.registry_state().champion == 1


def test_a_version_without_a_digest_is_accepted_and_told_once(
    model: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mlflow.MlflowClient().delete_model_version_tag(REGISTERED_NAME, "1", DIGEST_TAG)
    for _ in range(2):
        assert fetch_model("models:/enjoin/1") == model
    assert caplog.text.count("enjoin/1 was registered without a digest") == 1


def test_a_version_that_is_not_there(model: Path) -> None:
    for address in ("models:/enjoin/3", "models:/other/1", "models:/enjoin@none", "models:/"):
        with pytest.raises(FileNotFoundError, match="cannot fetch"):
            fetch_model(address)


def test_a_version_that_is_champion_already_is_no_challenger(model: Path) -> None:
    """Of two first trainings, the one that registers first may give the other the alias."""
    client = mlflow.MlflowClient()
    client.set_registered_model_alias(REGISTERED_NAME, "champion", "2")
    client.set_registered_model_alias(REGISTERED_NAME, "challenger", "1")
    assert registry.assign_alias(2) == "champion"
    state = registry.registry_state()
    assert (state.champion, state.challenger) == (2, 1)
