"""Citations of rulings in the form of the Bluebook, for court documents."""

import re

from data.codebook import SourceKind
from data.courts import court_citation, find_court

_MONTHS = (
    *("Jan.", "Feb.", "Mar.", "Apr.", "May", "June"),
    *("July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec."),
)
_DATABASE = re.compile(r"\b(?:WL|LEXIS)\b")
_OF_APPEALS = re.compile(
    r"\b(?:U\.S\.|S\. ?Ct\.|F\.[234](?:d|th)"
    r"|(?:N\.E\.|N\.W\.|S\.E\.|S\.W\.|So\.|P\.|A\.)(?: ?[23]d)?) \d"
)
"""Reporters of decisions on appeal: a parenthesis with the trial court would be false."""
_YEAR_ALONE = re.compile(r"(?<!\s)\s*\(\d{4}\)$")


def bluebook_citation(
    *,
    court: str | None,
    decided: str,
    citation: str | None = None,
    docket_number: str | None = None,
    source_kind: str | None = None,
) -> str | None:
    """Return the citation of a ruling, without the name of the case.

    Parameters
    ----------
    court, decided, citation, docket_number, source_kind
        As in a ruling. A ruling without a reporter is cited by its docket number where the page
        coded is the opinion itself, so that there is one to cite.

    Returns
    -------
    The citation; as coded where the Bluebook's form of the court is unknown, or the reporter is one
    of appeals; None where there is none.

    References
    ----------
    The Bluebook, rules 10.4 (court), 10.5 (year) and 10.8.1 (pending and unreported cases).

    Examples
    --------
    >>> bluebook_citation(court="nysd", decided="2019-03-21", citation="366 F. Supp. 3d 578")
    '366 F. Supp. 3d 578 (S.D.N.Y. 2019)'
    >>> bluebook_citation(
    ...     court="hid", decided="2010-10-29", citation="2010 WL 4603936", docket_number="10-00497"
    ... )
    'No. 10-00497, 2010 WL 4603936 (D. Haw. Oct. 29, 2010)'
    """
    name = _court_form(court)
    if citation is None:
        if docket_number is None or name is None or source_kind != SourceKind.OPINION:
            return None
        if len(decided) < len("YYYY-MM-DD"):  # one docket may have several rulings in a year
            return None
        return f"{_docket(docket_number)}, slip op. ({name} {_date(decided)})"
    reporter = _YEAR_ALONE.sub("", citation)
    if name is None or reporter.endswith(")") or _OF_APPEALS.search(reporter):
        return citation
    if not _DATABASE.search(reporter):
        court_and_year = decided[:4] if name in reporter else f"{name} {decided[:4]}"
        return f"{reporter} ({court_and_year})"
    docket = f"{_docket(docket_number)}, " if docket_number else ""
    return f"{docket}{reporter} ({name} {_date(decided)})"


def _court_form(court: str | None) -> str | None:
    """Return the Bluebook's form of a trial court; None where neither table has one."""
    if court is None:
        return None
    known = find_court(court)
    form = court_citation(court)
    return None if form in (known.name, known.id, court) else form


def _docket(number: str) -> str:
    return number if re.match(r"(?i)nos?\.|case|index|civil", number) else f"No. {number}"


def _date(decided: str) -> str:
    """Return a date as the Bluebook writes it.

    >>> [_date(day) for day in ("2010-10-29", "2022-07", "1998")]
    ['Oct. 29, 2010', 'July 2022', '1998']
    """
    year, *rest = decided.split("-")
    if not rest:
        return year
    month = _MONTHS[int(rest[0]) - 1]
    return f"{month} {int(rest[1])}, {year}" if len(rest) > 1 else f"{month} {year}"
