"""Trial courts by CourtListener id: circuit, level and name, from Free Law Project's courts-db."""

from dataclasses import dataclass
from functools import cache, lru_cache

from data.states import find_state

KEPT = 4096
"""Courts whose look-up is remembered: no client can add to them without end."""
# 28 U.S.C. § 41 assigns each state and territory to a circuit; courts-db has the state only, under
# `location`.
_CIRCUIT_OF = {
    place: circuit
    for circuit, places in {
        "ca1": ("Maine", "Massachusetts", "New Hampshire", "Puerto Rico", "Rhode Island"),
        "ca2": ("Connecticut", "New York", "Vermont"),
        "ca3": ("Delaware", "New Jersey", "Pennsylvania", "Virgin Islands"),
        "ca4": ("Maryland", "North Carolina", "South Carolina", "Virginia", "West Virginia"),
        "ca5": ("Louisiana", "Mississippi", "Texas"),
        "ca6": ("Kentucky", "Michigan", "Ohio", "Tennessee"),
        "ca7": ("Illinois", "Indiana", "Wisconsin"),
        "ca8": (
            "Arkansas",
            "Iowa",
            "Minnesota",
            "Missouri",
            "Nebraska",
            "North Dakota",
            "South Dakota",
        ),
        "ca9": (
            "Alaska",
            "Arizona",
            "California",
            "Guam",
            "Hawaii",
            "Idaho",
            "Montana",
            "Nevada",
            "Northern Mariana Islands",
            "Oregon",
            "Washington",
        ),
        "ca10": ("Colorado", "Kansas", "New Mexico", "Oklahoma", "Utah", "Wyoming"),
        "ca11": ("Alabama", "Florida", "Georgia"),
        "cadc": ("Washington D.C.",),
    }.items()
    for place in places
}
# Courts of nationwide jurisdiction whose appeals go to the Federal Circuit, 28 U.S.C. § 1295.
_FEDERAL_CIRCUIT = {"uscfc", "cit"}
CIRCUITS = (*(f"ca{number}" for number in range(1, 12)), "cadc", "cafc", "state")
LEVELS = ("federal_district", "federal_special", "bankruptcy", "state")
BLUEBOOK_FORMS = {
    "cit": "Ct. Int'l Trade",
    "mdd": "D. Md.",
    "mnd": "D. Minn.",
    "nmid": "D. N. Mar. I.",
    "nyed": "E.D.N.Y.",
    "pamd": "M.D. Pa.",
    "wvsd": "S.D.W. Va.",
}
"""Forms of table T1 of the Bluebook where courts-db has another one."""


@dataclass(frozen=True)
class Court:
    """A trial court; None means unknown.

    Attributes
    ----------
    id
        Its canonical id: `ark-trial` for `ar-trial`, too.
    circuit
        One of `CIRCUITS`: `state` for a state court.
    level
        One of `LEVELS`.
    """

    id: str | None
    name: str
    circuit: str | None
    level: str | None


def circuit_name(circuit: str) -> str:
    """Return a circuit as lawyers write it.

    >>> circuit_name("ca7")
    '7th Cir.'
    """
    names = {"cadc": "D.C. Cir.", "cafc": "Fed. Cir.", "state": "state courts"}
    if circuit in names:
        return names[circuit]
    number = circuit.removeprefix("ca")
    suffixes = {"1": "st", "2": "d", "3": "d"}  # the Bluebook writes 2d and 3d
    return f"{number}{suffixes.get(number, 'th')} Cir."


@cache
def court_entries() -> tuple[dict[str, str], ...]:
    """Return the entries of courts-db."""
    from courts_db import courts  # a fifth of a second, which only a look-up is to take

    return tuple(courts)


@cache
def _by_id() -> dict[str, dict[str, str]]:
    return {entry["id"]: entry for entry in court_entries()}


def court_citation(court_id: str) -> str:
    """Return a court as lawyers cite it, or its name or id if no citation form is known.

    Whatever shows a court to people shows this: one court has one name in all answers and pages.

    >>> [court_citation(court_id) for court_id in ("ilnd", "mnd", "okla-trial", "nowhere")]
    ['N.D. Ill.', 'D. Minn.', 'a trial court of Oklahoma', 'nowhere']
    """
    listed = _by_id().get(court_id, {}).get("citation_string")
    return BLUEBOOK_FORMS.get(court_id) or listed or find_court(court_id).name


@lru_cache(maxsize=KEPT)
def find_court(court_id: str | None) -> Court:
    """Look up a court by its CourtListener id.

    An id of the form `<state>-trial`, used where only the state is known, is a state court if the
    state exists (see `data.states`). Any other id that courts-db lacks has an unknown circuit and
    level.

    >>> find_court("ar-trial") == find_court("ark-trial")
    True
    >>> find_court("zz-trial").level is None
    True
    """
    if court_id is None:
        return Court(None, "not shown", None, None)
    entry = _by_id().get(court_id)
    if entry is None:
        state = find_state(court_id.removesuffix("-trial")) if court_id.endswith("-trial") else None
        if state is not None:
            abbreviation, name = state
            return Court(f"{abbreviation}-trial", f"a trial court of {name}", *_STATE)
        # CourtListener's id for the district courts of Texas counties, which courts-db lacks.
        if court_id == "texdistct":
            return Court(court_id, "Texas District Court", *_STATE)
        return Court(court_id, court_id, None, None)
    if entry["system"] == "state":
        return Court(court_id, entry["name"], *_STATE)
    if entry["system"] != "federal":
        return Court(court_id, entry["name"], None, None)
    if court_id in _FEDERAL_CIRCUIT:
        return Court(court_id, entry["name"], "cafc", "federal_special")
    circuit = _CIRCUIT_OF.get(entry["location"])
    level = "bankruptcy" if entry["type"] == "bankruptcy" else "federal_district"
    return Court(court_id, entry["name"], circuit, level)


_STATE = ("state", "state")
