"""Files of LightGBM parameters: whatever they hold, they are read or refused in a few words."""

from pathlib import Path

import pytest

from train.tune.parameters import read_parameters


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe",
        b"a = " + b"[" * 100_000,
        b"a" + b".a" * 50_000 + b" = 1",
        b"num_leaves = 1e400",
        b"num_leaves = nan",
        b"num_leaves = 1000000000000",
        b"num_leaves = true",
        b"num_leaves = -1",
        b'num_leaves = "' + b"x" * 10_000 + b'"',
        b"x" * 10_000 + b" = 1",
    ],
    ids=lambda content: repr(content[:12]),
)
def test_hostile_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "parameters.toml"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"parameters\.toml") as refused:
        read_parameters(path)
    assert len(str(refused.value).replace(str(path), "")) < 500


def test_ordinary_values_are_read(tmp_path: Path) -> None:
    path = tmp_path / "parameters.toml"
    path.write_text("num_leaves = 6\nlambda_l2 = 2.2\n")
    assert read_parameters(path) == {"num_leaves": 6, "lambda_l2": 2.2}
