"""Input and output of `enjoin score`: what fits together, and what is refused before scoring."""

from pathlib import Path

import pytest

from data.io.rows import UnreadableInput
from enjoin.commands.score import IoSpec, open_io

DATABASE = "sqlite:///court.db"


@pytest.fixture
def pending(tmp_path: Path) -> str:
    path = tmp_path / "pending.csv"
    path.write_text("motion_type,motion\ntro,text\ntro,more\n")
    return str(path)


def test_a_file_is_opened_and_the_folder_of_the_output_made(pending: str, tmp_path: Path) -> None:
    output = tmp_path / "out" / "scored.csv"
    with open_io(IoSpec(pending, str(output))) as (source, sink):
        assert source.count() in (2, None)
        assert sink.name == str(output)
    assert output.parent.is_dir()
    assert not output.exists()


def test_a_folder_is_read_without_the_output_in_it(pending: str, tmp_path: Path) -> None:
    output = tmp_path / "scored.csv"
    output.write_text("id,p_grant\na,0.5\n")
    with open_io(IoSpec(str(tmp_path), str(output))) as (source, _):
        assert [len(chunk.rows) for chunk in source.chunks(100)] == [2]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (IoSpec("in.csv", "out.csv", output_table="scored"), "--output-table"),
        (IoSpec("in.csv", "out.csv", replace=True), "--replace"),
        (IoSpec("in.csv", DATABASE), "needs --output-table"),
        (IoSpec(DATABASE, DATABASE, table="a", output_table="a"), "choose another"),
    ],
)
def test_options_that_do_not_fit_are_refused(spec: IoSpec, message: str) -> None:
    with pytest.raises(ValueError, match=message), open_io(spec):
        pass


def test_a_query_needs_a_database(pending: str, tmp_path: Path) -> None:
    spec = IoSpec(pending, str(tmp_path / "out.csv"), query="select 1")
    with pytest.raises(ValueError, match="--query"), open_io(spec):
        pass


def test_the_input_is_not_overwritten(pending: str) -> None:
    with pytest.raises(UnreadableInput, match="input"), open_io(IoSpec(pending, pending)):
        pass


def test_an_unknown_format_is_refused(pending: str, tmp_path: Path) -> None:
    spec = IoSpec(pending, str(tmp_path / "out.doc"))
    with pytest.raises(UnreadableInput, match="format"), open_io(spec):
        pass
