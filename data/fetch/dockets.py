"""Motions for interim relief and their rulings from dockets, as juriscraper parses them.

An entry names others by number ("ORDER denying 20 Motion for Preliminary Injunction"), and so a
motion is linked to its oppositions, replies and rulings. What is not clear stays open, with the
reason.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from data.codebook import MotionType
from data.court_lookup import is_appeals_court
from data.fetch.docket_entries import Entry, relief_in
from data.fetch.docket_files import Docket, docket_files, raw_dockets, read_docket
from data.fetch.docket_rulings import EntryRuling, judge_of, ruling_on, rulings_named
from data.io.atomic import atomic_write
from data.io.rows import BrokenRow, UnreadableInput

PENDING, NOT_SAID = "no ruling in the docket", "the docket does not say how the court ruled"


@dataclass(frozen=True)
class DocketMotion:
    """A motion of a docket; None means that the docket does not say.

    Attributes
    ----------
    id
        Court, docket number and entry.
    assigned_to
        The judge of the case today, who need not have ruled.
    entry, filed, motion_text
        Number, date and words of the motion's entry.
    oppositions, replies, recommendations, orders
        Numbers of the entries that name the motion; orders are those that rule on it.
    order_entry, ruled, judge
        The ruling's entry and date, and who signed it.
    outcome, outcome_basis
        As in a ruling; `outcome` is None where it is not clear.
    basis
        The words of the order that say so.
    why
        Why there is no outcome.
    """

    id: str
    court: str | None
    docket_number: str | None
    caption: str | None
    assigned_to: str | None
    motion_type: str
    entry: str
    filed: str | None
    motion_text: str
    oppositions: tuple[str, ...] = ()
    replies: tuple[str, ...] = ()
    recommendations: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    order_entry: str | None = None
    ruled: str | None = None
    judge: str | None = None
    outcome: str | None = None
    outcome_basis: tuple[str, ...] | None = None
    basis: str | None = None
    why: str | None = None


@dataclass
class DocketsSummary:
    """What was found: dockets read, those that are no trial court's, motions by what is known."""

    dockets: int = 0
    appeals: int = 0
    motions: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    unclear: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """Motions by outcome, or by the reason why there is none."""
        return {**self.outcomes, **self.unclear}


def fetch_dockets(
    source: Path,
    output: Path,
    on_files: Callable[[int, int], None] = lambda _done, _total: None,
) -> DocketsSummary:
    """Write the motions of dockets, one JSON object a line, to a file that only its owner reads.

    Parameters
    ----------
    source
        A file of one docket (.json) or one a line (.jsonl), or a folder of such files.
    on_files
        Called with the number of files read, and of all.

    Raises
    ------
    UnreadableInput
        If there is no such file, or the output would replace it.
    """
    if output.suffix != ".jsonl":
        raise UnreadableInput(f"{output}: expected a name ending in .jsonl")
    files = docket_files(source, output)
    summary = DocketsSummary()
    with (
        atomic_write(output) as temporary,
        temporary.open("w", encoding="utf-8") as out,
    ):
        for number, file in enumerate(files, start=1):
            try:
                for motion in _motions_of_file(file, summary):
                    out.write(json.dumps(asdict(motion)) + "\n")
                    summary.motions += 1
                    counts = summary.unclear if motion.outcome is None else summary.outcomes
                    key = motion.outcome or re.sub(
                        r"^entries .* rule", "orders rule", motion.why or ""
                    )
                    counts[key] = counts.get(key, 0) + 1
            except UnreadableInput as error:
                summary.problems.append(str(error))
            on_files(number, len(files))
    return summary


def _motions_of_file(file: Path, summary: DocketsSummary) -> Iterator[DocketMotion]:
    for raw in raw_dockets(file):
        if isinstance(raw, BrokenRow):
            summary.problems.append(f"{file.name}: expected a docket as a JSON object")
            continue
        for docket in read_docket(raw, file.name):
            summary.dockets += 1
            if docket.court and is_appeals_court(docket.court):
                summary.appeals += 1
            else:
                yield from motions_of(docket)


def motions_of(docket: Docket) -> list[DocketMotion]:
    """Return the motions for interim relief of a docket, with their rulings where they are clear.

    Parameters
    ----------
    docket
        A docket of a trial court.
    """
    asked = {
        entry.number: (entry, entry.asks_for)
        for entry in docket.entries
        if entry.number and entry.asks_for
    }
    orders = [entry for entry in docket.entries if entry.kind in ("order", "issued")]
    for number, relief in _motions_named(orders, docket.entries):
        asked.setdefault(number.number or "", (number, relief))
    by_title = _linked_by_title(orders, list(asked.values()))
    return [
        _motion(docket, entry, relief, orders, by_title.get(entry.number or ""))
        for entry, relief in sorted(asked.values(), key=lambda each: each[0].filed or "")
        if relief is not None
    ]


def _motions_named(
    orders: Sequence[Entry], entries: Sequence[Entry]
) -> Iterator[tuple[Entry, MotionType]]:
    """Yield entries that an order rules on as motions, though they begin otherwise.

    "COMPLAINT/Brief in Support of Plaintiff's Motion for Preliminary Injunction" is one.
    """
    by_number = {entry.number: entry for entry in entries if entry.number}
    for order in orders:
        for number, relief in rulings_named(order):
            entry = by_number.get(number)
            if (
                entry is not None
                and relief_in(entry.words)
                and entry.kind not in ("order", "issued")
            ):
                yield entry, relief


def _linked_by_title(
    orders: Sequence[Entry], motions: Sequence[tuple[Entry, MotionType | None]]
) -> dict[str, Entry]:
    """Link "Order on Motion for TRO", without a number, where one such motion alone is open."""
    linked: dict[str, Entry] = {}
    for order in orders:
        relief = (
            relief_in(order.text) if order.is_title and "motion" in order.text.lower() else None
        )
        open_ones = [
            entry.number
            for entry, asked in motions
            if asked is relief
            and entry.number
            and entry.number not in linked
            and (entry.filed or "") <= (order.filed or "")
        ]
        if relief is not None and len(open_ones) == 1:
            linked[open_ones[0]] = order
    return linked


def _motion(
    docket: Docket,
    entry: Entry,
    relief: MotionType,
    orders: Sequence[Entry],
    by_title: Entry | None,
) -> DocketMotion:
    number = entry.number or ""
    after = [order for order in orders if (order.filed or "9") >= (entry.filed or "")]
    rulings = [
        (order, said)
        for order in after
        if order is not entry and (said := ruling_on(order, number, relief))
    ]
    naming = [each for each in docket.entries if number in each.numbers and each is not entry]
    parts = (docket.court, docket.docket_number, number)
    return DocketMotion(
        id="-".join(str(part).replace(":", "-") for part in parts if part),
        court=docket.court,
        docket_number=docket.docket_number,
        caption=docket.caption,
        assigned_to=docket.assigned_to,
        motion_type=relief.value,
        entry=number,
        filed=entry.filed,
        motion_text=entry.words,
        oppositions=_numbers(naming, "opposition"),
        replies=_numbers(naming, "reply"),
        recommendations=_numbers(naming, "recommendation"),
        orders=tuple(order.number or f"of {order.filed}" for order, _ in rulings),
        **_outcome(rulings, by_title),
    )


def _numbers(entries: Sequence[Entry], kind: str) -> tuple[str, ...]:
    return tuple(each.number for each in entries if each.kind == kind and each.number)


def _outcome(
    rulings: Sequence[tuple[Entry, EntryRuling]], by_title: Entry | None
) -> dict[str, Any]:
    """Return the fields of a motion that its rulings decide."""
    if not rulings:
        if by_title is None:
            return {"why": PENDING}
        return {"order_entry": by_title.number, "ruled": by_title.filed, "why": NOT_SAID}
    outcomes = {said.outcome for _, said in rulings}
    order, said = rulings[0]
    found: dict[str, Any] = {
        "order_entry": order.number,
        "ruled": order.filed,
        "judge": judge_of(order),
        "basis": said.basis,
    }
    if len(outcomes) > 1:
        entries = ", ".join(each.number or f"of {each.filed}" for each, _ in rulings)
        return {**found, "why": f"entries {entries} rule on it differently"}
    if said.outcome is None:
        return {**found, "why": said.why}
    basis = ("moot",) if said.is_moot else None
    return {**found, "outcome": said.outcome.value, "outcome_basis": basis}
