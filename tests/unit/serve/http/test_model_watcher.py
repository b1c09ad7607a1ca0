"""What the endpoint tells of a champion it refused, whatever happened in between."""

from types import SimpleNamespace
from typing import Any

import pytest

from serve.http.model_watcher import Answering


def test_a_refusal_is_told_as_long_as_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    champions = ["enjoin/2", "enjoin/2", None, "enjoin/2", "enjoin/1", "enjoin/2"]
    fetched: list[str] = []
    told: list[str | None] = []

    def wanted(source: str | None) -> str:
        champion = champions[len(told)]
        if champion is None:
            raise OSError("the registry is down")
        return f"models:/{champion}"

    def damaged(address: str) -> Any:
        fetched.append(address)
        raise ValueError("it is damaged")

    monkeypatch.setattr("serve.http.model_watcher.wanted", wanted)
    monkeypatch.setattr("serve.http.model_watcher.locate_model", damaged)
    predictor: Any = SimpleNamespace(version="enjoin/1")
    answering = Answering(predictor, None)
    for _ in champions:
        answering.look()
        told.append(answering.trouble)
    refused = "models:/enjoin/2 is refused: it is damaged"
    down = "the registry cannot be followed: the registry is down"
    assert told == [refused, refused, down, refused, None, refused]
    assert fetched == ["models:/enjoin/2"]
