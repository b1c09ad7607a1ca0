"""The page of a scored docket: one HTML file that opens offline, prints, and can be mailed."""

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from data.courts import court_citation
from data.io.atomic import atomic_write, files_of_all
from data.io.columns import AS_GIVEN
from data.io.sources import local_files
from features.phrases.lexicon import meaning
from serve.docket.changes import Changes, compare_dockets
from serve.docket.figures import (
    NEAR_EVEN,
    Grouping,
    expected_grants,
    group_motions,
    histogram,
    is_long_paper,
    is_near_even,
)
from serve.docket.scored import ScoredDocket, ScoredMotion, read_scored
from serve.responses import DISCLAIMER
from train.model.calibration import INTERVAL
from train.modes import BASED_ON

DEFAULT_LIMIT = 1000
"""Motions listed by default: a page under 1 MB, which can still be mailed."""
MAX_RECOMMENDED = 5000
"""Motions that a browser still sorts and filters without a long wait."""
MAX_CHANGES = 100
MAX_GROUPS = 25
MAX_FACTORS = 3
NOT_SHOWN = "not shown"
_ASSETS = files("serve") / "docket" / "assets"


@dataclass(frozen=True)
class WrittenPage:
    """The docket on the page, its changes, and the number of motions listed."""

    docket: ScoredDocket
    changes: Changes | None
    listed: int


def write_docket_page(
    scored: Path,
    page: Path,
    since: Path | None = None,
    motions: str | None = None,
    limit: int = DEFAULT_LIMIT,
    column_map: Mapping[str, str] = AS_GIVEN,
) -> WrittenPage:
    """Read a scored docket and write its page.

    Parameters
    ----------
    scored
        The file `enjoin score` wrote.
    page
        The `.html` file to write; it appears whole or not at all.
    since
        An earlier scoring of the same docket, to show what changed.
    motions
        The file that was scored, for caption, court and so on if `scored` does not have them.
    limit
        Number of motions to list at most, those nearest 50/50 first.
    column_map
        The field of columns of `motions` that the user names.

    Raises
    ------
    UnreadableInput
        If a file cannot be read or does not fit (see `read_scored` and `compare_dockets`).
    ValueError
        If `page` is not an `.html` file, or `since` is the scored file itself.
    """
    if page.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"{page}: expected a file name ending in .html")
    if since and since.exists() and scored.exists() and since.samefile(scored):
        raise ValueError(
            f"--since {since} is the scored docket itself; expected an earlier scoring, so keep a "
            "copy before scoring again"
        )
    docket = read_scored(scored, motions, column_map)
    changes = compare_dockets(docket, read_scored(since)) if since else None
    read = [[path] for path in (scored, since) if path]
    readable_like = files_of_all([*read, local_files(motions)] if motions else read)
    with atomic_write(page, readable_like) as temporary:
        html = docket_page(docket, changes, limit, datetime.now().astimezone())
        temporary.write_text(html, encoding="utf-8", errors="backslashreplace")
    return WrittenPage(docket, changes, min(limit, len(docket.motions)))


def docket_page(docket: ScoredDocket, changes: Changes | None, limit: int, made: datetime) -> str:
    """Return the page as HTML; it contains all it needs and loads nothing."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(
        percent=percent,
        court=_court,
        claim=_claim,
        subtitle=_subtitle,
        caption=_caption,
        capitalized=_capitalize,
        signed=_signed,
        day=_day,
        moment=_moment,
    )
    script = (_ASSETS / "page.js").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    nearest = sorted(docket.motions, key=lambda motion: abs(motion.p_grant - 0.5))
    known = {name for motion in docket.motions for name in motion.details}
    modes = Counter(motion.mode for motion in docket.motions)
    template = environment.from_string((_ASSETS / "page.html").read_text("utf-8"))
    return template.render(
        docket=docket,
        changes=changes,
        change_by_id=_change_by_id(changes),
        total=len(docket.motions),
        listed=nearest[:limit],
        max_recommended=MAX_RECOMMENDED,
        made=made,
        known=known,
        expected=expected_grants(docket.motions),
        near=NEAR_EVEN,
        near_count=sum(map(is_near_even, docket.motions)),
        is_near_even=is_near_even,
        high_count=sum(motion.p_grant > NEAR_EVEN[1] for motion in docket.motions),
        out_count=sum(not motion.in_scope for motion in docket.motions),
        long_count=sum(is_long_paper(motion) for motion in docket.motions),
        bars=histogram(docket.motions),
        groupings=_groupings(docket, known),
        modes=[(words, modes[mode]) for mode, words in BASED_ON.items() if modes[mode]],
        level=INTERVAL,
        max_factors=MAX_FACTORS,
        max_rows=MAX_CHANGES,
        disclaimer=DISCLAIMER,
        style=(_ASSETS / "page.css").read_text("utf-8"),
        script=script,
        script_digest=digest,
    )


def percent(p: float) -> str:
    """Write a probability in whole percent; one that is not exactly 0 or 1 never reads so.

    >>> percent(0.001), percent(0.5), percent(0.999)
    ('<1%', '50%', '>99%')
    """
    if 0 < p < 0.005:
        return "<1%"
    return ">99%" if 0.995 <= p < 1 else f"{p:.0%}"


def _groupings(docket: ScoredDocket, known: set[str]) -> list[dict[str, Any]]:
    by_field: dict[str, tuple[str, Grouping]] = {
        "court": ("Court", _court),
        "claim_area": ("Claim area", _claim),
    }
    groupings = []
    for field, (title, by) in by_field.items():
        groups = group_motions(docket.motions, by) if field in known else []
        largest, others = groups[:MAX_GROUPS], groups[MAX_GROUPS:]
        groupings.append({"title": title, "largest": largest, "others": others})
    return groupings


def _change_by_id(changes: Changes | None) -> dict[str, float | str]:
    """Return the points each motion moved by, and "new" for a new one."""
    if changes is None:
        return {}
    moved: dict[str, float | str] = {motion.now.id: motion.points for motion in changes.moved}
    return moved | {motion.id: "new" for motion in changes.new}


def _court(motion: ScoredMotion) -> str:
    court = motion.details.get("court")
    return court_citation(court) if court else NOT_SHOWN


def _claim(motion: ScoredMotion) -> str:
    area = motion.details.get("claim_area")
    return _capitalize(meaning("claim_area", area).removesuffix(" claim")) if area else NOT_SHOWN


def _subtitle(motion: ScoredMotion) -> str:
    motion_type = motion.details.get("motion_type")
    number = motion.details.get("docket_number")
    parts = [_capitalize(meaning("motion_type", motion_type))] if motion_type else []
    if number:
        parts.append(f"No. {number.removeprefix('No. ')}")
    return ", ".join(parts)


def _caption(motion: ScoredMotion) -> str:
    return motion.details.get("caption", motion.id)


def _capitalize(words: str) -> str:
    return words[:1].upper() + words[1:]


def _signed(points: float, decimals: int) -> str:
    """Write points with a sign and a true minus; without a sign if they round to zero."""
    text = f"{points:+.{decimals}f}".replace("-", "\N{MINUS SIGN}")
    return text if round(points, decimals) else text[1:]


def _moment(moment: datetime) -> str:
    return f"{_day(moment)}, {moment:%H:%M %Z}"


def _day(moment: datetime) -> str:
    return f"{moment:%B} {moment.day}, {moment.year}"
