"""The user's own grant rates by court."""

from pathlib import Path

import pytest

from data.court_counts import read_court_counts
from data.io.rows import UnreadableInput


def _written(folder: Path, *lines: str) -> Path:
    path = folder / "counts.csv"
    path.write_text("\n".join(lines))
    return path


def test_counts_by_court(tmp_path: Path) -> None:
    counts = read_court_counts(_written(tmp_path, "court,granted,denied", "ILND,3,1", "cand,0,7"))
    assert {court: (row.granted, row.denied) for court, row in counts.items()} == {
        "ilnd": (3, 1),
        "cand": (0, 7),
    }


def test_courts_are_found_by_any_of_their_names(tmp_path: Path) -> None:
    names = ["N.D. Ill.", "SDNY", '"District Court, D. Nevada"', "Delaware Court of Chancery"]
    lines = [f"{name},3,{number}" for number, name in enumerate(names)]
    counts = read_court_counts(_written(tmp_path, "court,granted,denied", *lines))
    assert list(counts) == ["ilnd", "nysd", "nvd", "delch"]


@pytest.mark.parametrize(
    ("lines", "keyword"),
    [
        (("court,granted,denied", "ilnd,1,1", "N.D. Ill.,2,2"), "once"),
        (("court,granted,denied", f"ilnd,1,{'9' * 400}"), "row 1"),
        (("court,granted", "ilnd,1"), "denied"),
        (("court,granted,denied,year", "ilnd,1,1,2020"), "year"),
        (("court,granted,denied", "ilnd,1,1", "ilnd,2,2"), "once"),
        (("court,granted,denied", "zzctxx,1,1"), "zzctxx.*Bluebook form"),
        (("court,granted,denied", "ilnd,0,0"), "at least one"),
        (("court,granted,denied", "ilnd,-1,2"), "row 1"),
        (("court,granted,denied", "ilnd,x,1"), "valid integer"),
        (("court,granted,denied", ",1,2"), "court"),
    ],
)
def test_a_table_with_an_error_is_refused(
    tmp_path: Path, lines: tuple[str, ...], keyword: str
) -> None:
    with pytest.raises(UnreadableInput, match=keyword):
        read_court_counts(_written(tmp_path, *lines))
