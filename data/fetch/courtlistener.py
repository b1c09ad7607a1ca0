"""Opinions of CourtListener, found by court, date and words, through its REST API (version 4).

A search gives clusters of opinions, 20 a page; the words of the court's own opinion in each take
one more request. https://www.courtlistener.com/help/api/rest/search/ and .../case-law/ document it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.fetch.api import SITE, Api, ApiChanged, ApiRefused, NotFound, TokenRefused, require
from data.fetch.download import Download, open_download
from data.fetch.opinion import (
    HTML_FIELDS,
    TEXT_FIELD,
    Opinion,
    is_the_ruling,
    none_if_blank,
    words_of,
)

if TYPE_CHECKING:
    from courtlistener import ResourceIterator

DEFAULT_QUERY = (
    '"preliminary injunction" OR "temporary restraining order" OR "injunction pending appeal" OR '
    '"stay pending appeal"'
)
"""Opinions with none of these words rule on no motion for interim relief."""
STATUSES = ("Published", "Unpublished", "Unknown", "Errata", "Separate", "In_chambers")
"""The search returns only published opinions unless asked: few rulings on injunctions are."""
_HIT_FIELDS = ("cluster_id", "caseName", "court_id", "dateFiled", "docketNumber", "opinions")
_FIRST_FIELDS = (HTML_FIELDS[0], TEXT_FIELD)
_OTHER_FIELDS = HTML_FIELDS[1:]


@dataclass(frozen=True)
class Search:
    """What to look for.

    Attributes
    ----------
    courts
        CourtListener ids of courts, such as `ilnd`; none for all courts.
    after, before
        First and last day of the decision; None for no limit.
    query
        Words, in CourtListener's query syntax; "" for all opinions.
    """

    courts: tuple[str, ...]
    after: date | None = None
    before: date | None = None
    query: str = DEFAULT_QUERY

    def fingerprint(self) -> dict[str, Any]:
        """Return the search as JSON values, by the names of the options."""
        return {
            "--court": sorted(self.courts),
            "--after": self.after and self.after.isoformat(),
            "--before": self.before and self.before.isoformat(),
            "--query": self.query,
        }


@dataclass(frozen=True)
class FetchSummary:
    """What a fetch did: opinions written, rejected, found by the search; requests sent."""

    fetched: int
    rejected: int
    found: int
    requests: int


def fetch_opinions(
    api: Api,
    search: Search,
    output: Path,
    limit: int | None = None,
    resume: bool = False,
    on_rows: Callable[[int, float | None], None] = lambda _rows, _share: None,
    on_remark: Callable[[str], None] = lambda _remark: None,
) -> FetchSummary:
    """Write the opinions that a search finds, one JSON object a line (`data.fetch.opinion`).

    The output appears once it is complete. Until then its rows are in `OUTPUT.part`, from which
    `resume` goes on. Opinions without words are rejected, to `OUTPUT.rejects.jsonl`.

    Parameters
    ----------
    limit
        Opinions to write at most, those of an earlier run included; None for all.
    resume
        Whether to go on where an earlier run with the same search stopped.
    on_rows
        Called with the rows done, and the share of the work (None if unknown).
    on_remark
        Called with what the user should know.

    Raises
    ------
    ApiRefused, ApiChanged, ApiUnavailable
        If there is no answer. What was fetched is kept.
    ValueError
        If the search is not valid, or is not that of the run to resume.
    """
    with open_download(output, search.fingerprint(), resume) as download:
        if resume:
            on_remark(
                f"resuming after {download.rows:,} opinion(s) in {output}.part"
                if download.ids
                else f"nothing to resume for {output}: starting with the first page"
            )
        pages = _Pages(api, search, download)
        for hit in pages:
            if limit is not None and download.rows >= limit:
                break
            ours = next(
                (each for each in hit["opinions"] if is_the_ruling(str(each["type"]))), None
            )
            # A cluster may have several opinions; the bulk data gives them the same ids.
            name = f"courtlistener-{hit['cluster_id']}" + (f"-{ours['id']}" if ours else "")
            if name in download.ids:
                continue
            _fetch_one(api, hit, ours, name, download)
            total = min(pages.found, limit or pages.found)
            done = len(download.ids)
            on_rows(download.rows, min(done / total, 1.0) if total else None)
        summary = FetchSummary(download.rows, download.rejected, pages.found, api.requests)
        download.finish()
    return summary


class _Pages:
    """The hits of a search, page by page; the download notes each page that is done."""

    def __init__(self, api: Api, search: Search, download: Download) -> None:
        self.api, self.search, self.download = api, search, download
        self.found = 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        results = self._first()
        while True:
            page = results.get_current_page()
            self.found = page.count if isinstance(page.count, int) else self.found
            for number, hit in enumerate(page.results, start=1):
                yield _checked(hit, number)
            if page.next is None:
                return
            self.download.turn_page({"next": page.next, "count": self.found})
            self.api.ask(results.next)

    def _first(self) -> "ResourceIterator":
        """Return the results at the page where an earlier run stopped, or at the first."""
        from courtlistener import ResourceIterator

        results = self._begin()
        position = self.download.position
        if position is not None:
            self.found = position["count"]
            state = {"count": self.found, "next": position["next"], "results": []}
            resumed = ResourceIterator.load(
                self.api.client,
                {
                    "current_page": state,
                    "filters": {},
                    "endpoint": "/search/",
                    "page_result_index": 0,
                    "count": None,
                },
            )
            try:
                self.api.ask(resumed.next)
            except TokenRefused:
                raise
            except (NotFound, ApiRefused):
                pass  # the cursor has expired: from the first page, past what is there already
            else:
                return resumed
        self.api.ask(results.get_current_page)
        return results

    def _begin(self) -> "ResourceIterator":
        from courtlistener import ResourceIterator
        from pydantic import ValidationError

        search = self.search
        filters: dict[str, Any] = {
            "court": list(search.courts) or None,
            "filed_after": search.after,
            "filed_before": search.before,
            "q": search.query or None,
            "order_by": "dateFiled asc",
            **{f"stat_{status}": True for status in STATUSES},
        }
        filters["stat_In-chambers"] = filters.pop("stat_In_chambers")
        resource = self.api.client.search
        try:
            checked = resource.validate_filters({"type": "o", **filters})
        except ValidationError as error:
            raise ValueError(_not_valid(error, search)) from None
        if search.courts:
            # The server reads one value; of several `court=` it would search the last alone.
            checked["court"] = " ".join(search.courts)
        return ResourceIterator(resource, checked)


def _not_valid(error: Any, search: Search) -> str:
    fields = {str(part) for each in error.errors() for part in each["loc"]}
    if "court" in fields or not fields:
        said = error.errors()[0]["msg"].removeprefix("Value error, ").split(" MCP clients")[0]
        return (
            f"--court {', '.join(search.courts)}: {said} CourtListener's ids are listed at "
            f"{SITE}/help/api/jurisdictions/, such as ilnd"
        )
    return f"the search is not valid: {', '.join(sorted(fields))}"


def _checked(hit: dict[str, Any], number: int) -> dict[str, Any]:
    what = f"result {number} of a page of the search"
    require(hit, _HIT_FIELDS, what)
    if not isinstance(hit["opinions"], list) or isinstance(hit["cluster_id"], dict | list):
        raise ApiChanged(
            f"CourtListener's API has changed: in {what}, expected a list of opinions and a "
            "cluster_id that is a number. Upgrade enjoin; what was fetched is kept for --resume"
        )
    for opinion in hit["opinions"]:
        known = opinion if isinstance(opinion, dict) else {}
        require(known, ("id", "type"), f"an opinion of {what}")
    return hit


def _fetch_one(
    api: Api, hit: dict[str, Any], ours: dict[str, Any] | None, name: str, download: Download
) -> None:
    """Fetch the words of the court's opinion in a cluster, and keep or reject it."""
    path = none_if_blank(hit.get("absolute_url"))
    url = f"{SITE}{path}" if path else None
    if ours is None:
        download.reject(name, "opinions: expected one of the court; found separate opinions", url)
        return
    if not none_if_blank(hit["dateFiled"]):
        download.reject(name, "dateFiled: missing; expected the date of the decision", url)
        return
    try:
        text, html = _words(api, ours["id"])
    except NotFound:
        download.reject(name, "opinion: not found (404); it may have been removed", url)
        return
    if text is None and html is None:
        download.reject(name, "text: expected the words of the opinion; it has none", url)
        return
    citations = hit.get("citation")
    cited = citations if isinstance(citations, list) else [citations]
    opinion = Opinion(
        id=name,
        source="courtlistener",
        url=url,
        court=none_if_blank(hit["court_id"]),
        court_name=none_if_blank(hit.get("court")),
        docket_number=none_if_blank(hit["docketNumber"]),
        date=str(hit["dateFiled"])[:10],
        caption=none_if_blank(hit["caseName"]),
        judge=none_if_blank(hit.get("judge")),
        citation="; ".join(str(each) for each in cited if each) or None,
        status=none_if_blank(hit.get("status")),
        text=text,
        html=html,
    )
    download.add(opinion.as_row())


def _words(api: Api, opinion_id: Any) -> tuple[str | None, str | None]:
    """Return text and HTML of an opinion; fields that few opinions have are asked for last."""
    for names in (_FIRST_FIELDS, _OTHER_FIELDS):
        answer = api.ask(partial(api.client.opinions.get, opinion_id, list(names)))
        require(answer if isinstance(answer, dict) else {}, names, f"opinion {opinion_id}")
        words = words_of(answer)
        if any(chain(words)):
            return words
    return None, None
