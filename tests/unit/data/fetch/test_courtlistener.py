"""Opinions of a CourtListener on loopback: searched, paged, retried, resumed, refused."""

import json
import stat
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from data.fetch.api import (
    MAX_ATTEMPTS,
    Api,
    ApiChanged,
    ApiRefused,
    ApiUnavailable,
    TokenRefused,
    open_api,
)
from data.fetch.courtlistener import Search, fetch_opinions
from data.fetch.download import part_path
from data.fetch.opinion import FIELDS
from data.io.problems import rejects_beside
from tests.support.fake_courtlistener import TOKEN, cluster

ILND = Search(("ilnd",), date(2015, 1, 1))


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "opinions.jsonl"


def test_all_pages_of_a_search_are_fetched_by_their_cursors(
    serve: Any, api: Callable[[], Api], output: Path
) -> None:
    fake = serve(47)
    summary = fetch_opinions(api(), ILND, output)
    rows = rows_of(output)
    assert [row["id"] for row in rows] == [
        f"courtlistener-{number}-{10_000 + number}" for number in range(1, 48)
    ]
    assert (summary.fetched, summary.rejected, summary.found) == (47, 0, 47)
    assert len(fake.searches()) == 3
    assert tuple(rows[0]) == FIELDS
    assert rows[0]["court"] == "ilnd"
    assert rows[0]["date"] == "2016-03-01"
    assert rows[0]["docket_number"] == "1:16-cv-00001"
    assert rows[0]["url"] == "https://www.courtlistener.com/opinion/1/acme-v-roe/"
    assert (rows[0]["text"], rows[0]["html"]) == (None, "<p>Opinion 10001.</p>")


def test_court_and_dates_reach_the_search_and_unpublished_opinions_are_asked_for(
    serve: Any, api: Callable[[], Api], output: Path
) -> None:
    hits = [
        cluster(1, "ilnd", "2014-12-31"),
        cluster(2, "ilnd", "2015-01-01"),
        cluster(3, "nysd", "2016-12-31", status="Published"),
        cluster(4, "nysd", "2017-01-01"),
        cluster(5, "cand", "2016-01-01"),
    ]
    fake = serve(clusters=hits)
    search = Search(("ilnd", "nysd"), date(2015, 1, 1), date(2016, 12, 31), '"TRO"')
    fetch_opinions(api(), search, output)
    assert [row["id"] for row in rows_of(output)] == [
        "courtlistener-2-10002",
        "courtlistener-3-10003",
    ]
    sent = fake.searches()[0]
    assert sent["court"] == ["ilnd nysd"]
    assert sent["q"] == ['"TRO"']
    assert sent["stat_Unpublished"] == sent["stat_In-chambers"] == ["true"]


def test_only_the_courts_own_opinion_is_fetched_in_the_best_field_there_is(
    serve: Any, api: Callable[[], Api], output: Path
) -> None:
    dissent = {"id": 7, "type": "dissent"}
    lead = {"id": 8, "type": "lead-opinion"}
    hits = [cluster(1, opinions=[dissent, lead]), cluster(2), cluster(3)]
    words = {
        8: {"html_with_citations": " ", "plain_text": "The motion is denied."},
        10_002: {"html_lawbox": "<div>Granted.</div>"},
    }
    fake = serve(clusters=hits, words=words)
    fetch_opinions(api(), ILND, output)
    rows = rows_of(output)
    assert rows[0]["text"] == "The motion is denied."
    assert rows[1]["html"] == "<div>Granted.</div>"
    assert not any("/opinions/7/" in path for path in fake.requests)


def test_opinions_without_words_are_rejected_with_the_reason_and_nothing_else(
    serve: Any, api: Callable[[], Api], output: Path
) -> None:
    only_dissent = [{"id": 9, "type": "dissent"}]
    hits = [cluster(1), cluster(2), cluster(3, opinions=only_dissent), cluster(4, dateFiled=None)]
    serve(clusters=hits, words={10_001: {"gone": True}, 10_002: {"plain_text": " "}})
    summary = fetch_opinions(api(), Search(("ilnd",)), output)
    assert (summary.fetched, summary.rejected) == (0, 4)
    assert not output.exists()
    rejects = rows_of(rejects_beside(output))
    assert [each["id"][-1] for each in rejects] == ["1", "2", "3", "4"]
    reasons = [each["reasons"][0] for each in rejects]
    assert "404" in reasons[0]
    assert "expected the words" in reasons[1]
    assert "separate opinions" in reasons[2]
    assert reasons[3].startswith("dateFiled: missing")


@pytest.mark.parametrize(
    ("retry_after", "expected"), [("31", 31.0), ("0", 0.0), ("", 7.0), ("soon", 7.0)]
)
def test_too_many_requests_are_waited_out_as_long_as_the_server_asks(
    serve: Any,
    api: Callable[[], Api],
    output: Path,
    waits: list[float],
    remarks: list[str],
    retry_after: str,
    expected: float,
) -> None:
    serve(2, faults={2: ("throttled", retry_after)})
    assert fetch_opinions(api(), ILND, output).fetched == 2
    assert waits == [expected]
    assert remarks == [f"{api().host}: too many requests (429); trying again in {expected:.0f} s"]


def test_a_date_to_wait_for_is_understood(
    serve: Any, api: Callable[[], Api], output: Path, waits: list[float]
) -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    serve(1, faults={1: ("throttled", until)})
    fetch_opinions(api(), ILND, output)
    assert 80 < waits[0] <= 90


def test_a_daily_limit_is_not_sat_out(
    serve: Any, api: Callable[[], Api], output: Path, waits: list[float]
) -> None:
    serve(3, faults={3: ("throttled", "40000")})
    with pytest.raises(ApiUnavailable, match=r"as many requests as the account allows.*--resume"):
        fetch_opinions(api(), ILND, output)
    assert waits == []
    assert len(rows_of(part_path(output))) == 1


@pytest.mark.parametrize(
    "fault",
    [
        ("status", 500),
        ("status", 503),
        ("cut_off", None),
        ("cut_off_unannounced", None),
        ("closed", None),
        ("html", None),
    ],
)
def test_failures_that_pass_are_tried_again_with_growing_waits(
    serve: Any, api: Callable[[], Api], output: Path, waits: list[float], fault: Any
) -> None:
    serve(3, faults={1: fault, 2: fault, 4: fault})
    assert fetch_opinions(api(), ILND, output).fetched == 3
    assert waits == [1.0, 2.0, 1.0]


@pytest.mark.parametrize("fault", [("status", 502), ("cut_off", None), ("closed", None)])
def test_failures_that_do_not_pass_end_the_run_and_keep_what_is_there(
    serve: Any, api: Callable[[], Api], output: Path, waits: list[float], fault: Any
) -> None:
    fake = serve(3, faults=dict.fromkeys(range(4, 100), fault))
    with pytest.raises(ApiUnavailable, match="--resume"):
        fetch_opinions(api(), ILND, output)
    assert len(fake.requests) == 3 + MAX_ATTEMPTS
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0]
    assert len(rows_of(part_path(output))) == 2
    assert not output.exists()
    fake.faults.clear()
    assert fetch_opinions(api(), ILND, output, resume=True).fetched == 3


def test_a_token_that_expires_midway_is_told_and_the_run_can_go_on(
    serve: Any, api: Callable[[], Api], output: Path, waits: list[float]
) -> None:
    fake = serve(5)
    fake.on_request = lambda number: setattr(fake, "token", "new" if number == 4 else fake.token)
    with pytest.raises(ApiRefused, match="refuses the token in COURTLISTENER_API_TOKEN") as error:
        fetch_opinions(api(), ILND, output)
    assert TOKEN not in str(error.value)
    assert waits == []
    fake.token = TOKEN
    fake.on_request = lambda _number: None
    assert fetch_opinions(api(), ILND, output, resume=True).fetched == 5


def _without(name: str) -> Callable[[Any], Any]:
    return lambda page: {
        **page,
        "results": [{key: hit[key] for key in hit if key != name} for hit in page["results"]],
    }


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_without("dateFiled"), "lacks the field dateFiled"),
        (_without("opinions"), "lacks the field opinions"),
        (lambda page: {**page, "results": {}}, "results"),
        (lambda page: {**page, "took": 3}, "took"),
        (lambda page: [page], "no JSON object"),
        (
            lambda page: {**page, "results": [{**page["results"][0], "opinions": "/opinions/1/"}]},
            "expected a list of opinions",
        ),
    ],
)
def test_changed_fields_are_named(
    serve: Any, api: Callable[[], Api], output: Path, change: Any, told: str
) -> None:
    serve(3, faults={1: ("changed", change)})
    with pytest.raises(ApiChanged, match=r"API has changed|no JSON object") as error:
        fetch_opinions(api(), ILND, output)
    assert told in str(error.value)
    assert "Acme" not in str(error.value)


def test_an_opinion_with_other_fields_is_a_changed_api(
    serve: Any, api: Callable[[], Api], output: Path
) -> None:
    serve(3, faults={2: ("changed", lambda _: {"body": "words"})})
    with pytest.raises(ApiChanged, match="opinion 10001 lacks the field html_with_citations"):
        fetch_opinions(api(), ILND, output)


def test_resuming_fetches_nothing_twice_and_starts_at_the_page_left(
    serve: Any, api: Callable[[], Api], output: Path
) -> None:
    fake = serve(30, page_size=10, faults=dict.fromkeys(range(19, 40), ("status", 500)))
    with pytest.raises(ApiUnavailable):
        fetch_opinions(api(), ILND, output)
    kept = len(rows_of(part_path(output)))
    assert kept == 16
    with part_path(output).open("ab") as part:
        part.write(b'{"id": "courtlistener-17", "text": "torn')
    fake.faults.clear()
    fake.requests.clear()
    summary = fetch_opinions(api(), ILND, output, resume=True)
    assert summary.fetched == 30
    assert len({row["id"] for row in rows_of(output)}) == 30
    assert len(fake.searches()) == 2
    assert "cursor" in fake.searches()[0]
    assert len(fake.requests) - 2 == 30 - kept
    assert [path.name for path in output.parent.iterdir()] == [output.name]


def test_an_expired_cursor_starts_over_without_fetching_twice(
    serve: Any, api: Callable[[], Api], output: Path
) -> None:
    fake = serve(6, page_size=2, faults=dict.fromkeys(range(6, 40), ("status", 500)))
    with pytest.raises(ApiUnavailable):
        fetch_opinions(api(), ILND, output)
    assert len(rows_of(part_path(output))) == 3
    fake.faults.clear()
    fake.requests.clear()
    fake.cursors_expire = True
    fake.page_size = 10
    assert fetch_opinions(api(), ILND, output, resume=True).fetched == 6
    assert sum("/opinions/" in path for path in fake.requests) == 3


def test_another_search_is_not_resumed_and_a_forgotten_resume_loses_nothing(
    serve: Any, api: Callable[[], Api], output: Path
) -> None:
    serve(3, faults=dict.fromkeys(range(3, 40), ("status", 500)))
    with pytest.raises(ApiUnavailable):
        fetch_opinions(api(), ILND, output)
    before = part_path(output).read_bytes()
    with pytest.raises(ValueError, match="another --after"):
        fetch_opinions(api(), Search(("ilnd",)), output, resume=True)
    with pytest.raises(ValueError, match="add --resume"):
        fetch_opinions(api(), ILND, output)
    assert part_path(output).read_bytes() == before


def test_a_search_that_finds_nothing_leaves_an_earlier_output(
    serve: Any, api: Callable[[], Api], output: Path
) -> None:
    serve(2)
    fetch_opinions(api(), ILND, output)
    before = output.read_bytes()
    assert fetch_opinions(api(), Search(("nysd",)), output).fetched == 0
    assert output.read_bytes() == before
    assert [path.name for path in output.parent.iterdir()] == [output.name]


def test_what_an_unknown_search_fetched_is_not_overwritten(
    serve: Any, api: Callable[[], Api], output: Path
) -> None:
    serve(2)
    part_path(output).write_text('{"id": "courtlistener-7-8"}\n')
    with pytest.raises(ValueError, match="delete that to start over"):
        fetch_opinions(api(), ILND, output, resume=True)
    assert part_path(output).read_text() == '{"id": "courtlistener-7-8"}\n'


def test_the_files_are_private_and_the_limit_is_kept(
    serve: Any, api: Callable[[], Api], output: Path
) -> None:
    fake = serve(10)
    modes: set[int] = set()

    def note_modes(_number: int) -> None:
        modes.update(stat.S_IMODE(path.stat().st_mode) for path in output.parent.iterdir())

    fake.on_request = note_modes
    assert fetch_opinions(api(), ILND, output, limit=4).fetched == 4
    assert len(fake.requests) == 5
    assert modes == {0o600}
    assert stat.S_IMODE(output.stat().st_mode) == 0o600


def test_an_unknown_court_is_told_with_the_nearest_ids(
    serve: Any, api: Callable[[], Api], output: Path
) -> None:
    fake = serve(1)
    with pytest.raises(ValueError, match=r"--court ilndx.*Did you mean: ilnd"):
        fetch_opinions(api(), Search(("ilndx",)), output)
    assert not fake.requests


def test_a_token_refused_on_resuming_is_told_at_once(
    serve: Any, api: Callable[[], Api], output: Path
) -> None:
    fake = serve(6, page_size=2, faults=dict.fromkeys(range(6, 40), ("status", 500)))
    with pytest.raises(ApiUnavailable):
        fetch_opinions(api(), ILND, output)
    fake.faults.clear()
    fake.requests.clear()
    fake.token = "another"
    with pytest.raises(TokenRefused):
        fetch_opinions(api(), ILND, output, resume=True)
    assert len(fake.requests) == 1


@pytest.mark.parametrize("token", ["", "  ", "two words", "line\nbreak"])
def test_without_a_usable_token_nothing_is_sent(
    serve: Any, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    fake = serve(1)
    monkeypatch.setenv("COURTLISTENER_API_TOKEN", token)
    with pytest.raises(ApiRefused, match="COURTLISTENER_API_TOKEN"):
        open_api(print)
    assert not fake.requests


def test_the_token_is_not_sent_unencrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURTLISTENER_API_TOKEN", TOKEN)
    monkeypatch.setenv("COURTLISTENER_API_BASE_URL", "http://courtlistener.example/api/rest/v4")
    with pytest.raises(ApiRefused, match="unencrypted"):
        open_api(print)
