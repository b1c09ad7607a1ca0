"""The page of a scored docket: figures, invalid files, and no injected markup."""

import csv
import json
from datetime import datetime
from html.parser import HTMLParser
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from data.io.rows import UnreadableInput
from serve.docket.changes import FactorChange, compare_dockets
from serve.docket.figures import (
    expected_grants,
    grants_distribution,
    group_motions,
    histogram,
)
from serve.docket.page import docket_page, percent, write_docket_page
from serve.docket.scored import ScoredDocket, read_scored

ROW: dict[str, Any] = {
    "id": "a-v-b",
    "p_grant": 0.5,
    "p_low": 0.3,
    "p_high": 0.7,
    "in_scope": True,
    "mode": "text",
    "top_harm": "the harm has a date",
    "top_harm_points": 2.5,
    "model_version": "enjoin version 1",
}


def _write(path: Path, rows: list[dict[str, Any]]) -> Path:
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, list(dict.fromkeys(name for row in rows for name in row)))
        writer.writeheader()
        writer.writerows(rows)
    return path


def _docket(folder: Path, rows: list[dict[str, Any]], name: str = "scored.csv") -> ScoredDocket:
    return read_scored(_write(folder / name, [ROW | row for row in rows]))


def _page(docket: ScoredDocket, limit: int = 100) -> str:
    return docket_page(docket, None, limit, datetime(2026, 3, 2, 8, 0))


@given(st.lists(st.floats(0, 1), max_size=7))
def test_the_distribution_of_grants_is_that_of_every_way_to_rule(p: list[float]) -> None:
    ways = np.zeros(len(p) + 1)
    for rulings in product((0, 1), repeat=len(p)):
        chances = [q if granted else 1 - q for q, granted in zip(p, rulings, strict=True)]
        ways[sum(rulings)] += prod(chances)
    np.testing.assert_allclose(grants_distribution(p), ways, atol=1e-12)


@pytest.mark.parametrize("n", [1, 7, 64, 1000])
def test_the_ranges_are_those_of_the_binomial_where_all_are_alike(tmp_path: Path, n: int) -> None:
    expected = expected_grants(_docket(tmp_path, [{"id": f"m{i}"} for i in range(n)]).motions)
    assert expected.mean == pytest.approx(n / 2)
    assert expected.by_chance == (binom.ppf(0.05, n, 0.5), binom.ppf(0.95, n, 0.5))
    assert expected.cautious == (binom.ppf(0.05, n, 0.3), binom.ppf(0.95, n, 0.7))


def test_the_ends_of_probability_fall_in_the_outer_bars(tmp_path: Path) -> None:
    rows = [
        {"id": "no", "p_grant": 0, "p_low": 0},
        {"id": "yes", "p_grant": 1, "p_high": 1},
        {"id": "edge", "p_grant": 0.55, "in_scope": False},
    ]
    bars = histogram(_docket(tmp_path, rows).motions)
    counted = {round(bar.low, 2): (bar.in_scope, bar.out_of_scope) for bar in bars}
    assert {low: n for low, n in counted.items() if any(n)} == {
        0.0: (1, 0),
        0.55: (0, 1),
        0.95: (1, 0),
    }


def test_groups_add_up_and_the_largest_comes_first(tmp_path: Path) -> None:
    rows = [
        {"id": "1", "court": "ilnd", "p_grant": 0.4},
        {"id": "2", "court": "nysd", "p_grant": 0.4, "in_scope": False},
        {"id": "3", "court": "nysd", "p_grant": 0.6},
    ]
    docket = _docket(tmp_path, rows)
    first, second = group_motions(docket.motions, lambda motion: motion.details["court"])
    assert (first.name, first.n, first.out_of_scope, second.name) == ("nysd", 2, 1, "ilnd")
    assert first.mean == pytest.approx(0.5)
    assert first.expected.mean + second.expected.mean == pytest.approx(1.4)


def test_dockets_are_compared_by_id(tmp_path: Path) -> None:
    later: dict[str, Any] = {"p_grant": 0.62, "top_harm": "timing of the harm: imminent"}
    before = {"top_harm": "timing of the harm: ongoing"}
    now = _docket(
        tmp_path,
        [
            {"id": "up"} | later,
            {"id": "same"},
            {"id": "down", "p_grant": 0.31},
            {"id": "left", "in_scope": False},
            {"id": "fresh"},
            {"id": "row-5", "p_grant": 0.69},
        ],
    )
    ids = ("down", "gone", "left", "same", "row-5")
    rows = [{"id": "up"} | before, *({"id": name} for name in ids)]
    old = [row | {"model_version": "enjoin version 0"} for row in rows]
    changes = compare_dockets(now, _docket(tmp_path, old, "earlier.csv"))
    assert [(motion.now.id, round(motion.points)) for motion in changes.moved] == [
        ("down", -19),
        ("up", 12),
        ("left", 0),
    ]
    assert changes.moved[1].factor_changes == (
        FactorChange("harm evidence", later["top_harm"], before["top_harm"]),
    )
    assert [motion.id for motion in changes.new] == ["fresh"]
    assert [motion.id for motion in changes.gone] == ["gone"]
    assert (changes.unchanged, changes.not_compared, changes.model_changed) == (1, 1, True)
    page = docket_page(now, changes, 100, datetime(2026, 3, 2, 8, 0))
    assert "The model changed from enjoin version 0 to enjoin version 1" in page


def test_another_docket_is_not_an_earlier_scoring(tmp_path: Path) -> None:
    now = _docket(tmp_path, [{"id": "first"}, {"id": "row-1"}])
    other = _docket(tmp_path, [{"id": "second"}, {"id": "row-1"}], "other.csv")
    with pytest.raises(UnreadableInput, match=r"other\.csv has no id in common with scored\.csv"):
        compare_dockets(now, other)
    with pytest.raises(ValueError, match="is the scored docket itself"):
        write_docket_page(tmp_path / "scored.csv", tmp_path / "x.html", tmp_path / "scored.csv")


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"p_grant": 1.4}, "row 2: p_grant: found"),
        ({"p_low": 0.6}, "expected p_low <= p_grant <= p_high"),
        ({"id": "first"}, r"duplicate id\(s\) \(first\)"),
        ({"in_scope": "perhaps"}, "row 2: in_scope: found"),
    ],
)
def test_wrong_rows_are_named(tmp_path: Path, wrong: dict[str, Any], expected: str) -> None:
    with pytest.raises(UnreadableInput, match=expected):
        _docket(tmp_path, [{"id": "first"}, wrong])


def test_a_file_of_motions_is_not_a_scored_docket(tmp_path: Path) -> None:
    path = _write(tmp_path / "pending.csv", [{"id": "a", "motion": "Stop the sale."}])
    with pytest.raises(UnreadableInput, match=r"lacks the column.*p_grant.*Run `enjoin score"):
        read_scored(path)


def test_details_come_from_the_file_that_was_scored(tmp_path: Path) -> None:
    scored = _write(
        tmp_path / "scored.csv", [ROW | {"caption": "Kept v. Kept"}, ROW | {"id": "row-2"}]
    )
    motion = {"motion_type": "tro", "motion": "Stop the sale.", "court": "ilnd"}
    pending = tmp_path / "pending.jsonl"
    lines = [motion | {"id": "a-v-b", "caption": "Other v. Other"}, motion | {"caption": "B v. C"}]
    pending.write_text("\n".join(map(json.dumps, lines)))
    first, second = read_scored(scored, str(pending)).motions
    assert first.details["caption"] == "Kept v. Kept"  # the scored file takes precedence
    assert first.details["court"] == "ilnd"
    assert second.details["caption"] == "B v. C"  # a row without an id, by its row number
    with pending.open("a") as more:
        more.write('\n{"motion_type": "tro", "mo')  # as the scoring does, past a line cut short
    assert read_scored(scored, str(pending)).motions == (first, second)
    assert read_scored(scored, str(tmp_path / "pend*.jsonl")).motions == (first, second)
    pending.write_text(json.dumps(motion | {"id": "else"}))
    with pytest.raises(UnreadableInput, match="no id in common"):
        read_scored(scored, str(pending))


class _Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_nothing_from_the_docket_becomes_html(tmp_path: Path) -> None:
    bad = """<img src=x onerror=alert(1)>"><script>alert(2)</script>' onmouseover='x"""
    fields = ("id", "caption", "court", "claim_area", "motion_type", "docket_number", "decided")
    row = dict.fromkeys((*fields, "model_version", "top_harm"), bad)
    now, before = _docket(tmp_path, [row]), _docket(tmp_path, [row | {"p_grant": 0.4}], "b.csv")
    page = docket_page(now, compare_dockets(now, before), 100, datetime(2026, 3, 2, 8, 0))
    tags = _Tags(page).tags
    assert [tag for tag, _ in tags].count("script") == 1
    assert not [tag for tag, _ in tags if tag == "img"]
    assert not [name for _, names in tags for name in names if name.startswith("on")]
    assert next(names["title"] for tag, names in tags if tag == "b" and "title" in names) == bad


def test_the_page_loads_nothing(tmp_path: Path) -> None:
    page = _page(_docket(tmp_path, [{}]))
    assert "default-src 'none'" in page
    for tag, names in _Tags(page).tags:
        for name in ("src", "href"):
            if name in names:
                assert (names[name] or "").startswith(("#", "data:")), (tag, names)
    assert "url(" not in page
    assert "@import" not in page


def test_a_long_docket_is_listed_in_part(tmp_path: Path) -> None:
    rows = [{"id": f"m{i}", "p_grant": 0.3 + i / 100} for i in range(41)]
    page = _page(_docket(tmp_path, rows), limit=5)
    listed = [names["data-id"] for _, names in _Tags(page).tags if "data-id" in names]
    assert listed == ["m20", "m19", "m21", "m18", "m22"]
    assert "5 of 41" in page
    assert "--limit 41" in page


def test_the_reasons_why_a_motion_is_out_of_scope_are_shown(tmp_path: Path) -> None:
    unlike = {"id": "recipe", "in_scope": False, "why_out_of_scope": "the <words> are unusual"}
    why = "only 3 motions of this type; long paper read by phrases only (912 words)"
    long = {"id": "brief", "in_scope": False, "why_out_of_scope": why}
    docket = _docket(tmp_path, [{"id": "inside", "mode": "forecast"}, unlike, long])
    assert [motion.why_out_of_scope for motion in docket.motions] == [
        None,
        unlike["why_out_of_scope"],
        why,
    ]
    page = _page(docket)
    assert page.count('<p class="why">') == 2
    assert "The &lt;words&gt; are unusual" in page
    assert "Only 3 motions of this type; long paper read by phrases only (912 words)" in page
    assert "1 motion is a long paper read by phrases, since it has neither ratings" in page
    assert "Based on a reader&#39;s forecast: 1" in page
    before = _docket(tmp_path, [{"id": name} for name in ("inside", "recipe", "brief")], "b.csv")
    changes = compare_dockets(docket, before)
    page = docket_page(docket, changes, 100, datetime(2026, 3, 2, 8, 0))
    assert f"now out of scope: {why}" in page


def test_a_docket_scored_before_there_were_reasons_is_read(tmp_path: Path) -> None:
    page = _page(_docket(tmp_path, [{"in_scope": False}]))
    assert "out of scope" in page
    assert '<p class="why">' not in page
    assert "long paper read" not in page


def test_a_probability_never_reads_as_certain() -> None:
    assert [percent(p) for p in (0, 0.001, 0.5, 0.996, 1)] == ["0%", "<1%", "50%", ">99%", "100%"]
