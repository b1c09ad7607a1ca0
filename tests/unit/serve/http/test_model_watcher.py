"""The model watcher: it switches to a new champion, and reports a refusal as long as it holds."""

from types import SimpleNamespace
from typing import Any

import pytest

from serve.http.model_watcher import ModelWatcher, Predictor


def named(version: str) -> Any:
    return SimpleNamespace(version=version, answer=lambda motions: [])


def test_a_new_champion_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "serve.http.model_watcher.resolve_source", lambda source: "models:/enjoin/2"
    )
    monkeypatch.setattr("serve.http.model_watcher.locate_model", lambda address: address)
    monkeypatch.setattr(
        Predictor, "from_located", lambda located: named(located.removeprefix("models:/"))
    )
    swapped: list[str] = []
    watcher = ModelWatcher(named("enjoin/1"), None)
    watcher.on_swap = lambda predictor: swapped.append(predictor.version)
    for _ in range(2):  # the second poll finds it in use
        watcher.poll()
        assert watcher.predictor.version == "enjoin/2"
        assert watcher.last_error is None
    assert swapped == ["enjoin/2"]


def test_a_refusal_is_reported_as_long_as_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    champions = iter(["enjoin/2", "enjoin/2", None, "enjoin/2", "enjoin/1", "enjoin/2"])
    fetched: list[str] = []

    def resolve(source: str | None) -> str:
        champion = next(champions)
        if champion is None:
            raise OSError("the registry is down")
        return f"models:/{champion}"

    def damaged(address: str) -> Any:
        fetched.append(address)
        raise ValueError("it is damaged")

    monkeypatch.setattr("serve.http.model_watcher.resolve_source", resolve)
    monkeypatch.setattr("serve.http.model_watcher.locate_model", damaged)
    watcher = ModelWatcher(named("enjoin/1"), None)
    errors: list[str | None] = []
    for _ in range(6):
        watcher.poll()
        errors.append(watcher.last_error)
    refused, down = "models:/enjoin/2 is refused", "the registry cannot be followed"
    expected = [refused, refused, down, refused, None, refused]
    for error, start in zip(errors, expected, strict=True):
        assert error is None if start is None else str(error).startswith(start)
    assert fetched == ["models:/enjoin/2"]  # refused without fetching it again
    assert watcher.predictor.version == "enjoin/1"


@pytest.mark.parametrize("source", ["a/folder", "models:/enjoin/1"])
def test_a_folder_or_numbered_version_is_not_followed(
    monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    def start_thread(**options: Any) -> None:
        raise AssertionError("polls a source that never changes")

    monkeypatch.setattr("serve.http.model_watcher.Thread", start_thread)
    ModelWatcher(named("enjoin/1"), source).follow(0.01)
