"""Bulk data to Parquet: joined, selected, read with flat memory, and kept once made."""

import bz2
import gzip
import json
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from data.fetch.bulk import INDEX_NAME, fetch_bulk, find_bulk_files
from data.fetch.case_index import Selection
from data.fetch.opinion import FIELDS
from data.fetch.tables import table_rows
from data.io.rows import BrokenRow, UnreadableInput
from tests.support.bulk_data import (
    CLUSTER_COLUMNS,
    DOCKET_COLUMNS,
    OPINION_COLUMNS,
    as_csv,
    cap_case,
    write_export,
    write_tables,
    write_volume,
)

DENIED = "The motion for a preliminary injunction is denied."
QUOTED = '<p>He said "stop",\nand the court DENIED the preliminary injunction\\.</p>'
OPINIONS = [
    {"id": 1, "cluster_id": 11, "type": "010combined", "html_with_citations": QUOTED},
    {"id": 2, "cluster_id": 12, "type": "020lead", "plain_text": DENIED},
    {"id": 3, "cluster_id": 12, "type": "040dissent", "plain_text": DENIED},
    {"id": 4, "cluster_id": 13, "type": "010combined", "plain_text": DENIED},
    {"id": 5, "cluster_id": 14, "type": "010combined", "plain_text": "A tax case."},
    {"id": 6, "cluster_id": 15, "type": "010combined", "plain_text": " ", "html": ""},
    {"id": 7, "cluster_id": 99, "type": "010combined", "plain_text": DENIED},
]
CLUSTERS = [
    {"id": 11, "docket_id": 21, "date_filed": "2016-05-01", "case_name": 'A "B" v. C'},
    {"id": 12, "docket_id": 22, "date_filed": "2014-05-01", "case_name": "D v. E"},
    {"id": 13, "docket_id": 23, "date_filed": "2017-05-01", "case_name": "F v. G"},
    {"id": 14, "docket_id": 21, "date_filed": "2017-06-01", "case_name": "A v. C"},
    {"id": 15, "docket_id": 21, "date_filed": "2017-07-01", "case_name": "A v. C"},
]
DOCKETS = [
    {"id": 21, "court_id": "ilnd", "docket_number": "1:16-cv-00021", "case_name": "A v. C"},
    {"id": 22, "court_id": "ilnd", "docket_number": "1:14-cv-00022", "case_name": "D v. E"},
    {"id": 23, "court_id": "nysd", "docket_number": "1:17-cv-00023", "case_name": "F v. G"},
    {"id": 24, "court_id": "nysd", "docket_number": "1:17-cv-00024", "case_name": "no opinion"},
]
CITATIONS = [
    {"id": 1, "volume": 9, "reporter": "F. Supp. 3d", "page": 1, "cluster_id": 11},
    {"id": 2, "volume": 2016, "reporter": "WL", "page": 77, "cluster_id": 11},
]


def rows_of(folder: Path) -> list[dict[str, Any]]:
    """Return the rows of all Parquet files of a folder."""
    return [
        row for path in sorted(folder.glob("*.parquet")) for row in pq.read_table(path).to_pylist()
    ]


@pytest.mark.parametrize("escape", ['"', "\\"])
def test_the_tables_are_joined_whichever_way_quotes_are_escaped(
    tmp_path: Path, escape: str
) -> None:
    write_tables(tmp_path / "in", OPINIONS, CLUSTERS, DOCKETS, CITATIONS, escape)
    summaries = fetch_bulk(tmp_path / "in", tmp_path / "out", Selection())
    rows = {row["id"]: row for row in rows_of(tmp_path / "out")}
    assert sorted(rows) == ["courtlistener-11-1", "courtlistener-12-2", "courtlistener-13-4"]
    first = rows["courtlistener-11-1"]
    assert tuple(first) == FIELDS
    assert first["html"] == QUOTED
    assert (first["court"], first["docket_number"]) == ("ilnd", "1:16-cv-00021")
    assert (first["date"], first["caption"]) == ("2016-05-01", 'A "B" v. C')
    assert first["citation"] == "9 F. Supp. 3d 1; 2016 WL 77"
    assert rows["courtlistener-12-2"]["text"] == DENIED
    # The opinion without words.
    assert [each.broken for each in summaries] == [0, 1]
    rejects = next((tmp_path / "out").glob("*.rejects.jsonl")).read_text()
    assert json.loads(rejects) == {
        "id": "courtlistener-15",
        "reasons": ["the words of the opinion"],
    }


def test_courts_and_dates_select_and_every_keeps_what_mentions_no_injunction(
    tmp_path: Path,
) -> None:
    write_tables(tmp_path / "in", OPINIONS, CLUSTERS, DOCKETS)
    wanted = Selection(("ilnd",), date(2015, 1, 1), date(2017, 6, 1), every=True)
    fetch_bulk(tmp_path / "in", tmp_path / "out", wanted)
    assert [row["id"] for row in rows_of(tmp_path / "out")] == [
        "courtlistener-11-1",
        "courtlistener-14-5",
    ]


def test_what_is_made_is_private_and_kept_and_another_selection_makes_it_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tables(tmp_path / "in", OPINIONS, CLUSTERS, DOCKETS)
    out = tmp_path / "out"
    fetch_bulk(tmp_path / "in", out, Selection())
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o600}
    made = {path.name: path.stat().st_mtime_ns for path in out.iterdir()}
    again = fetch_bulk(tmp_path / "in", out, Selection())
    assert (again[1].written, again[1].broken, again[1].kept) == (3, 1, True)
    assert made == {path.name: path.stat().st_mtime_ns for path in out.iterdir()}
    fetch_bulk(tmp_path / "in", out, Selection(("nysd",)))
    assert [row["court"] for row in rows_of(out)] == ["nysd"]
    assert made[INDEX_NAME] != (out / INDEX_NAME).stat().st_mtime_ns


def test_a_download_that_is_cut_off_is_told_and_leaves_nothing_half_made(tmp_path: Path) -> None:
    write_tables(tmp_path / "in", OPINIONS * 1000, CLUSTERS, DOCKETS)
    table = tmp_path / "in" / "opinions-2025-12-31.csv.bz2"
    table.write_bytes(table.read_bytes()[:-200])
    write_volume(tmp_path / "in" / "z.zip", [cap_case(1, DENIED)])
    summaries = fetch_bulk(tmp_path / "in", tmp_path / "out", Selection())
    assert "is the download complete" in summaries[1].problem
    assert summaries[2].written == 1
    assert [path.name for path in (tmp_path / "out").glob("*.parquet*")] == ["z.zip.parquet"]


def test_missing_tables_and_columns_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write_tables(folder, OPINIONS, CLUSTERS, DOCKETS)
    clusters = folder / "opinion-clusters-2025-12-31.csv.bz2"
    clusters.write_bytes(bz2.compress(b"id,date_filed\n1,2016-01-01\n"))
    with pytest.raises(UnreadableInput, match=r"lacks the column.*docket_id, case_name"):
        fetch_bulk(folder, tmp_path / "out", Selection())
    clusters.unlink()
    with pytest.raises(UnreadableInput, match=r"lacks opinion-clusters-DATE.csv.bz2"):
        fetch_bulk(folder, tmp_path / "out", Selection())
    with pytest.raises(UnreadableInput, match="holds no bulk data"):
        find_bulk_files(tmp_path / "out", tmp_path)


def test_a_row_that_is_not_csv_is_left_out_and_the_next_ones_are_read(tmp_path: Path) -> None:
    path = tmp_path / "dockets-2025-12-31.csv.gz"
    lines = as_csv(DOCKET_COLUMNS, DOCKETS).splitlines()
    lines.insert(2, '"22","x" broken","D v. E","1",,"ilnd"')
    lines.insert(4, '"1","2"')
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    rows = [row for row, _ in table_rows(path, ("id", "court_id"), ("not_there",))]
    assert [row for row in rows if not isinstance(row, BrokenRow)] == [
        ["21", "ilnd", ""],
        ["22", "ilnd", ""],
        ["23", "nysd", ""],
        ["24", "nysd", ""],
    ]
    broken = [row for row in rows if isinstance(row, BrokenRow)]
    assert len(broken) == 2
    assert not any(row.found for row in broken)


def test_volumes_of_the_caselaw_access_project_are_read_in_all_their_forms(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write_volume(folder / "f-supp-3d" / "9.zip", [cap_case(1, DENIED), cap_case(2, "A tax case.")])
    write_export(folder / "Illinois-text.zip", [cap_case(3, DENIED)])
    (folder / "cases.jsonl").write_text(json.dumps(cap_case(4, DENIED)) + "\n")
    unpacked = folder / "us" / "1" / "cases"
    unpacked.mkdir(parents=True)
    for number in (5, 6):
        case = json.dumps(cap_case(number, DENIED))
        (unpacked / f"{number:04}-01.json").write_text(case)
    (unpacked.parent / "CasesMetadata.json").write_text("[]")
    xml = cap_case(
        7, "", casebody={"status": "ok", "data": f"<casebody><p>{DENIED}</p></casebody>"}
    )
    (folder / "xml.jsonl").write_text(json.dumps(xml) + "\n")
    summaries = fetch_bulk(folder, tmp_path / "out", Selection(("ilnd",)))
    rows = {row["id"]: row for row in rows_of(tmp_path / "out")}
    assert sorted(rows) == ["cap-1", "cap-3", "cap-4", "cap-5", "cap-6", "cap-7"]
    assert len(summaries) == 5  # the unpacked volume becomes one file
    assert rows["cap-1"] == {
        "id": "cap-1",
        "source": "caselaw_access_project",
        "url": None,
        "court": "ilnd",
        "court_name": "United States District Court for the Northern District of Illinois",
        "docket_number": "No. 16 C 1",
        "date": "2016-03-01",
        "caption": "Acme 1 v. Roe",
        "judge": "Lee, District Judge",
        "citation": "1 F. Supp. 3d 1",
        "status": None,
        "text": DENIED,
        "html": None,
    }
    assert rows["cap-7"]["html"] == f"<casebody><p>{DENIED}</p></casebody>"


def test_cases_that_cannot_be_used_are_told_without_their_words(tmp_path: Path) -> None:
    volume = tmp_path / "9.zip"
    dissent = [{"type": "concurrence", "text": DENIED}]
    cases = [
        cap_case(1, DENIED),
        cap_case(2, "", casebody={"opinions": dissent}),
        '{"id": 3, "casebody": "SECRET',
        {"id": 4},
        [1, 2],
    ]
    write_volume(volume, cases)
    summary = fetch_bulk(volume, tmp_path / "out", Selection())
    assert (summary[0].written, summary[0].broken) == (1, 4)
    rejects = (tmp_path / "out" / "9.zip.parquet.rejects.jsonl").read_text()
    assert "cap-2" in rejects
    assert "SECRET" not in rejects
    (tmp_path / "bad.zip").write_bytes(volume.read_bytes()[:-100])
    summary = fetch_bulk(tmp_path / "bad.zip", tmp_path / "out", Selection())
    assert "download complete" in summary[0].problem


def test_rows_of_the_tables_without_a_number_are_counted(tmp_path: Path) -> None:
    clusters = [*CLUSTERS, {"id": "", "docket_id": 21}, {"id": "x", "docket_id": 21}]
    write_tables(tmp_path / "in", OPINIONS, clusters, [*DOCKETS, {"id": "1.5"}])
    summaries = fetch_bulk(tmp_path / "in", tmp_path / "out", Selection())
    assert (summaries[0].broken, summaries[1].written) == (3, 3)


@pytest.mark.parametrize(
    "words",
    [
        "a <b>preliminary</b>\n<i>injunction</i>",
        "A Temporary&nbsp;Restraining&nbsp;Order issued",
        "a stay pending appeal",
        "an interlocutory injunction",
    ],
)
def test_interim_relief_is_mentioned_across_tags_and_lines(tmp_path: Path, words: str) -> None:
    opinions = [{"id": 1, "cluster_id": 11, "type": "x", "html": words}]
    write_tables(tmp_path / "in", opinions, CLUSTERS, DOCKETS)
    assert fetch_bulk(tmp_path / "in", tmp_path / "out", Selection())[1].written == 1


@given(
    rows=st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=3, max_size=3)
    ),
    escape=st.sampled_from(['"', "\\"]),
)
def test_any_words_in_a_table_are_read_as_they_were_written(
    rows: list[list[str]], escape: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    columns = ("id", "court_id", "docket_number")
    rows = [["1", 'he "said" so', ""], *rows]
    path = tmp_path_factory.mktemp("table") / "dockets.csv"
    table = as_csv(columns, (dict(zip(columns, row, strict=True)) for row in rows), escape)
    path.write_bytes(table.encode())
    # A backslash before a quote is how either way escapes something.
    assume(escape == '"' or '""' not in table.replace(',""', ""))
    assert [row for row, _ in table_rows(path, columns)] == rows


_PEAK = """
import resource, sys
from pathlib import Path
from data.fetch.bulk import fetch_bulk
from data.fetch.case_index import Selection
written = fetch_bulk(Path(sys.argv[1]), Path(sys.argv[2]), Selection())[1].written
print(written, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def _read_apart(source: Path, output: Path) -> tuple[int, int]:
    """Return the opinions written and the most memory taken, in megabytes, by a process."""
    done = subprocess.run(
        [sys.executable, "-c", _PEAK, str(source), str(output)],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[4],
    )
    written, peak = map(int, done.stdout.split())
    return written, peak


def test_eight_times_the_data_takes_the_same_memory(tmp_path: Path) -> None:
    words = f"{DENIED} {'The court considers the harm. ' * 2000}"  # 60 kB
    peaks = []
    for n_opinions in (1_000, 8_000):
        folder = tmp_path / f"in-{n_opinions}"
        folder.mkdir()
        with gzip.open(folder / "opinions-2025-12-31.csv.gz", "wt", compresslevel=1) as table:
            table.write(as_csv(OPINION_COLUMNS, []))
            for number in range(n_opinions):
                row = {"id": number, "cluster_id": number, "type": "x", "plain_text": words}
                table.write(as_csv(OPINION_COLUMNS, [row]).split("\n", 1)[1])
        clusters = [{"id": number, "docket_id": 21} for number in range(n_opinions)]
        (folder / "opinion-clusters.csv").write_text(as_csv(CLUSTER_COLUMNS, clusters))
        (folder / "dockets.csv").write_text(as_csv(DOCKET_COLUMNS, DOCKETS))
        written, peak = _read_apart(folder, tmp_path / f"out-{n_opinions}")
        assert written == n_opinions
        peaks.append(peak)
    # 60 MB of text, and 480 MB.
    assert peaks[1] - peaks[0] < 60, peaks
