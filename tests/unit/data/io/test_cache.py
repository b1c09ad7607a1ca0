"""A cache that cannot be used costs time, never the answer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from data.io import cache
from data.io.cache import cache_dir, cache_error, report_unusable_cache

READ = """
from features.text.citations import without_citations
from features.document import Document
from data.io.cache import cache_error
text = "See Smith v. Data Breach Victims, 1 F.4th 2 (7th Cir. 2021). They lack authority over data."
print(without_citations(text).count("\\x1f") or without_citations(text))
print(len(Document(text).hits))
print(cache_error())
"""


def test_the_cache_folder_can_be_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ENJOIN_CACHE_DIR", str(tmp_path))
    assert cache_dir() == tmp_path
    monkeypatch.delenv("ENJOIN_CACHE_DIR")
    assert cache_dir().name == "enjoin"


def test_a_user_without_a_home_has_a_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ENJOIN_CACHE_DIR")
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: "~/.cache/enjoin")
    assert cache_dir().is_absolute()


def test_an_unusable_cache_is_reported_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(cache, "_reported", [])
    assert cache_error() is None
    for _ in range(3):
        report_unusable_cache(OSError(28, "No space left on device"))
    assert len(caplog.records) == 1
    assert "No space left on device" in str(cache_error())
    assert "ENJOIN_CACHE_DIR" in str(cache_error())


@pytest.mark.parametrize("in_its_place", ["file", "folders"])
def test_papers_are_read_without_a_cache(tmp_path: Path, in_its_place: str) -> None:
    """The cache folder is a file; or folders have the names of the files in it."""

    def read(folder: Path) -> list[str]:
        environment = os.environ | {"ENJOIN_CACHE_DIR": str(folder)}
        done = subprocess.run(
            [sys.executable, "-c", READ],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.splitlines()

    kept = Path(os.environ["ENJOIN_CACHE_DIR"])
    usual = read(kept)
    assert usual[-1] == "None"
    folder = tmp_path / "cache"
    if in_its_place == "file":
        folder.write_text("")
    else:
        for file in kept.glob("*.hs"):
            (folder / file.name).mkdir(parents=True)
    *answers, error = read(folder)
    assert answers == usual[:-1]
    assert str(folder) in error
