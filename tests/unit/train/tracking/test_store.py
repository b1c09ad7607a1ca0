"""The store's address: never taken for a path, and never read as "nothing is there"."""

import os
import shlex
from pathlib import Path

import pytest

from train.tracking import registry, store

ODD = [
    "Smith & Co",
    "a#b",
    "it's",
    "a+b",
    "a%41b",
    "a?b",
    "a;b",
    "M\u00fcller \u6f22",
    " x ",
    "a%20b",
]


@pytest.fixture
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an odd folder the current one; MLflow's default store is in use."""
    made = tmp_path / request.param
    made.mkdir()
    monkeypatch.chdir(made)
    monkeypatch.delenv(store.TRACKING_URI, raising=False)
    return made


@pytest.fixture(autouse=True)
def _restore_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(store.TRACKING_URI, os.environ.get(store.TRACKING_URI, ""))
    monkeypatch.setattr(store, "_used_address", None)


@pytest.mark.parametrize("folder", ODD, indirect=True)
def test_a_store_in_an_odd_folder_is_found_without_a_stray_folder(folder: Path) -> None:
    from mlflow.utils.file_utils import path_to_local_sqlite_uri

    assert store.sqlite_file(path_to_local_sqlite_uri("mlflow.db")) == folder / "mlflow.db"
    assert registry.registry_state() == registry.RegistryState()
    assert not Path("mlflow.db").exists()  # no query has created one
    registry.client().create_registered_model(registry.REGISTERED_NAME)
    registry.client().create_model_version(registry.REGISTERED_NAME, str(folder.parent))
    assert registry.registry_state().versions == (1,)
    assert [each.name for each in folder.parent.iterdir()] == [folder.name]


@pytest.mark.parametrize("folder", ODD, indirect=True)
def test_the_command_of_the_page_names_the_store(folder: Path) -> None:
    from mlflow.utils.file_utils import path_to_local_sqlite_uri

    command = store.ui_command(path_to_local_sqlite_uri("mlflow.db"))
    arguments = shlex.split(command)
    address = Path(str(store.sqlite_file(arguments[-1])))
    if arguments[0] == "cd":
        assert arguments[1] == str(folder)
    assert (folder / address) == folder / "mlflow.db"


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("sqlite:///x.db?timeout=5", "x.db"),
        ("sqlite:////a/Smith & Co/x.db", "/a/Smith & Co/x.db"),
        ("sqlite+pysqlite:////a/x.db", "/a/x.db"),
        ("sqlite:///file:x%2520y.db?uri=true", "x y.db"),
        ("file:///a/Smith%20%26%20Co", "/a/Smith & Co"),
    ],
)
def test_addresses_with_options(uri: str, path: str) -> None:
    assert store.local_path(uri) == Path(path)


@pytest.mark.parametrize(
    "uri", ["sqlite://", "sqlite:///:memory:", "postgresql://a@b/c", "http://h"]
)
def test_what_is_not_a_file_here_must_be_asked(uri: str) -> None:
    assert store.local_path(uri) is None
    assert store.store_exists(uri)


def test_what_cannot_be_looked_at_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "unmounted" / "x.db")
    (tmp_path / "text.db").write_text("no database at all")
    (tmp_path / "folder.db").mkdir()
    for name in ("link.db", "text.db", "folder.db", "nowhere/x.db", "text.db/x.db"):
        with pytest.raises(OSError, match=r"MLflow store"):
            store.store_exists(f"sqlite:///{tmp_path}/{name}")
    assert not store.store_exists(f"sqlite:///{tmp_path}/none.db")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_closed_folder_is_an_error(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o000)
    with pytest.raises(OSError, match="cannot look for"):
        store.store_exists(f"sqlite:///{closed}/x.db")


def test_a_registry_that_fails_is_not_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import mlflow

    database = tmp_path / "x.db"
    database.touch()
    monkeypatch.setenv(store.TRACKING_URI, f"sqlite:///{database}")

    def fail(*given: object) -> None:
        raise mlflow.MlflowException("database is locked\n[SQL: SELECT]")

    monkeypatch.setattr(mlflow.MlflowClient, "search_model_versions", fail)
    with pytest.raises(registry.RegistryUnavailable, match="database is locked") as caught:
        registry.registry_state()
    assert "SELECT" not in str(caught.value)


def test_no_alias_moves_where_the_registry_does_not_list_the_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "registry_state", registry.RegistryState)
    monkeypatch.setattr(registry, "client", lambda: pytest.fail("an alias was moved"))
    with pytest.raises(LookupError, match="does not list"):
        registry.assign_alias(2)
