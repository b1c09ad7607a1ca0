"""Courts by the names that captions give them: "IN THE ... COURT FOR THE NORTHERN DISTRICT OF ...".

A federal trial court has its CourtListener id from its district and state. A state court has one
where courts-db lists a court of that state and kind, else `<state>-trial`.
"""

import re
from functools import cache

from data.courts import court_entries, find_court
from data.states import find_state, state_names

_FEDERAL = re.compile(r"\b(?:united states|u\.?\s?s\.?|federal)\s+(district|bankruptcy)\s+court\b")
_DISTRICT = re.compile(
    r"(?<!judicial )\b(?:(northern|southern|eastern|western|middle|central)\s+district(?:\s+of)?"
    r"|district\s+of)\s+([a-z ]{4,30})"
)
_BANKRUPTCY = re.compile(r"\bbankruptcy\s+court\b")
# "N.D. Illinois", "N. D. Ill.", and after the name of a court "D. Nevada"
_ABBREVIATED = re.compile(
    r"(?:\b([nsewmc])\.\s?d\.|(?<=court)[,:]?\s+(?:for\s+the\s+)?d\.)\s+(?:of\s+)?(?=([a-z. ]+))"
)
_COMPASS = {
    "n": "northern",
    "s": "southern",
    "e": "eastern",
    "w": "western",
    "m": "middle",
    "c": "central",
}
_MAX_STATE_WORDS = 4
_CLAIMS = {"court of federal claims": "uscfc", "court of international trade": "cit"}
_CIRCUIT = re.compile(r"\bcourt\s+of\s+appeals\s+for\s+the\s+([a-z ]+?)\s+circuit")
ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"),
    *("tenth", "eleventh"),
)
"""The numbered circuits, in order."""
_KIND = re.compile(
    r"\b(superior|supreme|circuit|district|chancery|business|county|land|probate|family)\s+courts?\b"
    r"|\bcourt\s+of\s+(chancery|common\s+pleas)\b"
)
_OF_NO_KIND = frozenset({"court", "courts", "of", "the", "trial"})
_KINDS_LISTED = ("superior", "chancery", "business")


def court_named(words: str) -> str | None:
    """Return the CourtListener id of the court that a caption names; None if that is not clear.

    Parameters
    ----------
    words
        The lines of the caption that name the court, its county or its district.

    Examples
    --------
    >>> court_named("UNITED STATES DISTRICT COURT FOR THE NORTHERN DISTRICT OF ILLINOIS")
    'ilnd'
    >>> court_named("SUPREME COURT OF THE STATE OF NEW YORK, COUNTY OF KINGS")
    'nysupct'
    >>> court_named("IN THE CIRCUIT COURT OF COOK COUNTY, ILLINOIS")
    'ill-trial'
    >>> court_named("District Court, N.D. Illinois")
    'ilnd'
    """
    spelled = _ABBREVIATED.sub(_spelled_out, words.lower().replace("u.s.", "u s"))
    plain = " ".join(re.sub(r"[^\w\s]|_", " ", spelled).split())
    for name, court_id in _CLAIMS.items():
        if name in plain:
            return court_id
    if circuit := _CIRCUIT.search(plain):
        numbers = {word: f"ca{number}" for number, word in enumerate(ORDINALS, start=1)}
        return (numbers | {"district of columbia": "cadc", "federal": "cafc"}).get(circuit[1])
    if federal := _FEDERAL.search(plain):
        return _federal_court(plain, federal[1])
    if _BANKRUPTCY.search(plain):
        return _federal_court(plain, "bankruptcy")
    kind = _KIND.search(plain)
    if kind is None:
        return None
    if kind[1] in ("district", "circuit") and _district_in(plain):
        # of the federal circuit courts, which sat in districts until 1911, none is left
        return _federal_court(plain, "district") if kind[1] == "district" else None
    return _state_court(plain, kind[1] or kind[2])


def _spelled_out(abbreviated: re.Match[str]) -> str:
    """Return `N.D. ` as `northern district of `, where a state follows, whose name is added."""
    words = abbreviated[2].split()
    for n_words in range(min(_MAX_STATE_WORDS, len(words)), 0, -1):
        if state := find_state("".join(words[:n_words]).replace(".", "")):
            compass = _COMPASS.get(abbreviated[1] or "", "")
            return f" {compass} district of {state[1].lower()} "
    return abbreviated[0]


def _district_in(plain: str) -> bool:
    district = _DISTRICT.search(plain)
    return "district of columbia" in plain or bool(district and _state_in(district[2]))


def _federal_court(plain: str, kind: str) -> str | None:
    ending = {"district": "d", "bankruptcy": "b"}[kind]
    if "district of columbia" in plain:
        return f"dc{ending}"
    district = _DISTRICT.search(plain)
    state = _state_in(district[2]) if district else None
    if district is None or state is None:
        return None
    court_id = f"{state_names()[state]}{(district[1] or '')[:1]}{ending}"
    return court_id if find_court(court_id).level is not None else None


def _state_court(plain: str, kind: str) -> str | None:
    state = _state_in(plain)
    if state is None:
        return None
    kind = "".join(kind.split())
    abbreviation, _ = find_state(state) or ("", "")
    if abbreviation == "tex" and kind == "district":
        return "texdistct"
    if kind == "supreme" and abbreviation != "ny":
        return None  # not a trial court
    return _listed().get((state, kind)) or f"{abbreviation}-trial"


def _state_in(plain: str) -> str | None:
    """Return the state that a caption names; one that is named as a county does not count."""
    found = [
        (match.end(), name)
        for name in state_names()
        for match in re.finditer(rf"\b{name.lower()}\b(?! county(?! of| department))", plain)
        if not plain[: match.start()].endswith("county of ")
    ]
    return max(found)[1] if found else None  # "West Virginia" is greater than "Virginia"


@cache
def _listed() -> dict[tuple[str, str], str]:
    """Return the ids of the trial courts of courts-db that bear only the name of state and kind."""
    listed: dict[tuple[str, str], str] = {}
    for entry in court_entries():
        if entry["system"] != "state" or entry.get("end_date"):
            continue
        name = entry["name"].lower().replace(entry["location"].lower(), " ")
        kind = "".join(word for word in re.findall(r"[a-z]+", name) if word not in _OF_NO_KIND)
        if kind in _KINDS_LISTED or (kind == "supreme" and entry["type"] == "trial"):
            listed.setdefault((entry["location"], kind), entry["id"])
    return listed
