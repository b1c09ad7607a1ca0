"""The page of a scored docket: one HTML file that opens offline, prints, and can be mailed."""

import base64
import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from data.courts import court_cited
from data.io.atomic import written_whole
from features.phrases.lexicon import meaning
from serve.docket.changes import Changes, compare_dockets
from serve.docket.figures import (
    NEAR,
    Grouping,
    expected_grants,
    group_motions,
    histogram,
    near_even,
)
from serve.docket.scored import ScoredDocket, ScoredMotion, read_scored
from serve.responses import DISCLAIMER
from train.model.calibration import INTERVAL

ROWS = 1000
"""Motions listed by default: under 1 MB of page, which can still be mailed."""
MANY_ROWS = 5000
"""As many as a browser sorts and filters without a long wait."""
LISTED_CHANGES = 100
LISTED_GROUPS = 25
REASONS = 3
NOT_SHOWN = "not shown"
MODES = {
    "rated": "with an analyst's ratings",
    "coded": "with codings",
    "text": "from their words only",
}
_FILES = files("serve") / "docket" / "assets"


@dataclass(frozen=True)
class WrittenPage:
    """What was read, how it changed, and how many motions the page lists."""

    docket: ScoredDocket
    changes: Changes | None
    listed: int


def write_docket_page(
    scored: Path,
    page: Path,
    since: Path | None = None,
    motions: str | None = None,
    rows: int = ROWS,
) -> WrittenPage:
    """Read a scored docket and write its page.

    Parameters
    ----------
    scored
        What `enjoin score` wrote.
    page
        The `.html` file to write; it appears whole or not at all.
    since
        An earlier scoring of the same docket, to show what changed.
    motions
        The file that was scored, for caption, court and so on where `scored` does not hold them.
    rows
        Motions to list at most, those nearest 50/50 first.

    Raises
    ------
    UnreadableInput
        If a file cannot be read or does not fit (see `read_scored` and `compare_dockets`).
    ValueError
        If `page` is no `.html` file, or `since` is the scored file itself.
    """
    if page.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"{page}: expected a page to write, with a name ending in .html")
    if since and since.exists() and scored.exists() and since.samefile(scored):
        raise ValueError(
            f"--since {since} is the scored docket itself; expected an earlier scoring, so keep a "
            "copy before scoring again"
        )
    docket = read_scored(scored, motions)
    changes = compare_dockets(docket, read_scored(since)) if since else None
    with written_whole(page) as temporary:
        text = docket_page(docket, changes, rows, datetime.now().astimezone())
        temporary.write_text(text, encoding="utf-8")
    return WrittenPage(docket, changes, min(rows, len(docket.motions)))


def docket_page(docket: ScoredDocket, changes: Changes | None, rows: int, made: datetime) -> str:
    """Return the page as HTML, with everything in it and nothing fetched from elsewhere."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(
        percent=percent,
        court=_court,
        claim=_claim,
        beneath=_beneath,
        caption=_caption,
        signed=_signed,
        day=_day,
        moment=_moment,
    )
    script = (_FILES / "page.js").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    nearest = sorted(docket.motions, key=lambda motion: abs(motion.p_grant - 0.5))
    known = {name for motion in docket.motions for name in motion.details}
    modes = Counter(motion.mode for motion in docket.motions)
    template = environment.from_string((_FILES / "page.html").read_text("utf-8"))
    return template.render(
        docket=docket,
        changes=changes,
        change_of=_change_of(changes),
        total=len(docket.motions),
        listed=nearest[:rows],
        many=MANY_ROWS,
        made=made,
        known=known,
        expected=expected_grants(docket.motions),
        near=NEAR,
        near_count=sum(map(near_even, docket.motions)),
        near_even=near_even,
        high_count=sum(motion.p_grant > NEAR[1] for motion in docket.motions),
        out_count=sum(not motion.in_scope for motion in docket.motions),
        bars=histogram(docket.motions),
        groupings=_groupings(docket, known),
        modes=[(words, modes[mode]) for mode, words in MODES.items() if modes[mode]],
        level=INTERVAL,
        reasons=REASONS,
        most=LISTED_CHANGES,
        disclaimer=DISCLAIMER,
        style=(_FILES / "page.css").read_text("utf-8"),
        script=script,
        script_digest=digest,
    )


def percent(p: float) -> str:
    """Write a probability in whole percent; one that is not quite 0 or 1 never reads so."""
    if 0 < p < 0.005:
        return "<1%"
    return ">99%" if 0.995 <= p < 1 else f"{p:.0%}"


def _groupings(docket: ScoredDocket, known: set[str]) -> list[dict[str, Any]]:
    wanted: dict[str, tuple[str, Grouping]] = {
        "court": ("Court", _court),
        "claim_area": ("Claim area", _claim),
    }
    found = []
    for field, (title, by) in wanted.items():
        groups = group_motions(docket.motions, by) if field in known else []
        first, others = groups[:LISTED_GROUPS], groups[LISTED_GROUPS:]
        found.append({"title": title, "first": first, "others": others})
    return found


def _change_of(changes: Changes | None) -> dict[str, float | str]:
    """Return the points each motion moved by, and `new` for a new one."""
    if changes is None:
        return {}
    moved: dict[str, float | str] = {one.now.id: one.points for one in changes.moved}
    return moved | {motion.id: "new" for motion in changes.new}


def _court(motion: ScoredMotion) -> str:
    name = motion.details.get("court")
    return court_cited(name) if name else NOT_SHOWN


def _claim(motion: ScoredMotion) -> str:
    area = motion.details.get("claim_area")
    return _capital(meaning("claim_area", area).removesuffix(" claim")) if area else NOT_SHOWN


def _beneath(motion: ScoredMotion) -> str:
    kind, number = (motion.details.get(name) for name in ("motion_type", "docket_number"))
    shown = [_capital(meaning("motion_type", kind))] if kind else []
    if number:
        shown.append(f"No. {number.removeprefix('No. ')}")
    return ", ".join(shown)


def _caption(motion: ScoredMotion) -> str:
    return motion.details.get("caption", motion.id)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _signed(points: float, decimals: int) -> str:
    """Write points with a sign and a true minus, and none at all where they round to nothing."""
    written = f"{points:+.{decimals}f}".replace("-", "\N{MINUS SIGN}")
    return written if round(points, decimals) else written[1:]


def _moment(moment: datetime) -> str:
    return f"{_day(moment)}, {moment:%H:%M %Z}"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"
