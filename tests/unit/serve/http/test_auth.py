"""Files of API keys: read as written, and never taken for leave to let anyone in."""

from pathlib import Path

import pytest

from serve.http.auth import KeyFileError, new_key, read_keys


@pytest.mark.parametrize("text", ["", "\n# ann left\n"])
def test_a_file_without_a_key_lets_nobody_in(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.txt"
    path.write_text(text)
    with pytest.raises(KeyFileError, match="holds no key; make one"):
        read_keys(path, {})
    assert read_keys(None, {}) == {}


def test_a_comment_may_hold_a_comma(tmp_path: Path) -> None:
    path, digest = tmp_path / "keys.txt", new_key()[1]
    path.write_text(f"# of the first floor, east\nann:{digest}\n")
    assert read_keys(path, {}) == {"ann": digest}
    both = {"ENJOIN_API_KEYS": f"ann:{digest},bob:{digest}"}
    assert list(read_keys(None, both)) == ["ann", "bob"]
