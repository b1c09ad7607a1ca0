"""Find a trial court by what people call it: its id, its Bluebook form, or its name."""

import re
from functools import cache, lru_cache

from data.court_names import ORDINALS, court_named
from data.courts import BLUEBOOK_FORMS, CIRCUITS, KEPT, circuit_name, court_entries, find_court
from data.states import find_state, state_spellings
from data.synonyms import court_names, key

MAX_FORM = 100
"""Characters of the longest form of a court."""
_ID = re.compile(r"[a-z][a-z0-9-]*")
_PARENTHESIS = re.compile(r"(?<!\s)\s*\([^()]*\)\s*$")
_DISTRICT = re.compile(r"(?:([NSEWMC])\.)?D\. ?(.+)")
_KIND = re.compile(
    r"(?i)^(?:U\.? ?S\.? ?D\.? ?C\.?|(?:U\.? ?S\.? |United States )?District Court)[,:]?\s+"
    r"(?:for the )?"
)
_BANKRUPTCY = re.compile(
    r"(?i)^(?:U\.? ?S\.? |United States )?Bankruptcy Court[,:]?\s+(?:for the )?"
)
_CIRCUIT = re.compile(r"(?i)\b\d{1,2}(?:st|nd|rd|th|d) Cir(?:cuit)?\b")
_OF_APPEALS = re.compile(r"(?i)\bappeals?\b|\bappellate\b")
_TRIAL = re.compile(r"(?i)(?:an? )?(?:state )?trial court of (.+)|(.+?) (?:state )?trial court")
_NAMED = re.compile(r"(?i)\b(?:court|district of|chancery)\b")


def court_of_form(text: str) -> str | None:
    """Return the id of a court given by its id or a common form; None for any other text.

    >>> court_of_form("N.D. Ill."), court_of_form("ILND"), court_of_form("some court")
    ('ilnd', 'ilnd', None)
    """
    plain = text.strip()
    if len(plain) > MAX_FORM:
        return None
    if find_court(plain.lower()).level is not None or is_appeals_court(plain.lower()):
        return plain.lower()
    return _by_form().get(key(plain))


@lru_cache(maxsize=KEPT)
def look_up_court(text: str) -> str | None:
    """Return the CourtListener id of a court, given its id, Bluebook form or name.

    A text that has the form of an id is returned as it is, known or not. None means that the text
    names no court, or several.

    Examples
    --------
    >>> look_up_court("N.D. Cal."), look_up_court("SDNY"), look_up_court("ilnd")
    ('cand', 'nysd', 'ilnd')
    >>> look_up_court("9th Cir.")
    'ca9'
    """
    plain = _PARENTHESIS.sub("", text).strip()
    if find_court(plain.lower()).level is not None or is_appeals_court(plain.lower()):
        return plain.lower()
    if (trial := _TRIAL.fullmatch(plain)) and (state := find_state(trial[1] or trial[2])):
        return f"{state[0]}-trial"
    for form in (plain, _KIND.sub("", plain), _BANKRUPTCY.sub("Bankr. ", plain)):
        if found := _by_form().get(key(form)):
            return found
    if (circuit := _CIRCUIT.search(plain)) and (known := _by_form().get(key(circuit[0]))):
        return known
    if _NAMED.search(plain):
        return _by_name(plain)
    return plain.lower() if _ID.fullmatch(plain.lower()) and plain.islower() else None


@lru_cache(maxsize=KEPT)
def is_appeals_court(court_id: str) -> bool:
    """Tell whether a court hears appeals, so that it is not where the motion was first made.

    >>> is_appeals_court("ca9"), is_appeals_court("cand"), is_appeals_court("nysupct")
    (True, False, False)
    """
    if court_id in CIRCUITS and court_id != "state":
        return True
    entry = next((each for each in court_entries() if each["id"] == court_id), None)
    if entry is None or entry["type"] == "trial":
        return False
    # courts-db calls some district courts appellate, so the name decides
    return (
        court_id == "scotus"
        or "appea" in entry["name"].lower()
        or "appellate" in entry["name"].lower()
        or (entry["system"] == "state" and entry["level"] in ("colr", "iac"))
    )


@cache
def _by_form() -> dict[str, str]:
    """Return the id of each court by its forms: name, Bluebook's, and with a state spelled out.

    Where two courts share a form, it is nobody's.
    """
    forms: dict[str, set[str]] = {}
    for entry in court_entries():
        court_id, citation = entry["id"], entry["citation_string"]
        if entry["system"] not in ("federal", "state"):
            continue
        forms.setdefault(key(entry["name"]), set()).add(court_id)
        if not citation:
            continue
        forms.setdefault(key(citation), set()).add(court_id)
        district = _DISTRICT.fullmatch(citation) if entry["system"] == "federal" else None
        if district and entry["location"]:
            for state in state_spellings(entry["location"]):
                forms.setdefault(key(f"{district[1] or ''}D {state}"), set()).add(court_id)
                if len(state) == 2:  # the tag of the courts' own case numbers, as in `cand`
                    forms.setdefault(key(f"{state}{district[1] or ''}D"), set()).add(court_id)
    known = {form: next(iter(ids)) for form, ids in forms.items() if len(ids) == 1}
    known |= {key(form): court_id for court_id, form in BLUEBOOK_FORMS.items()}
    for number, word in enumerate(ORDINALS, start=1):
        circuit = f"ca{number}"
        for form in (
            circuit_name(circuit),
            f"{word} circuit",
            f"{_ordinal(number)} circuit",
            f"{_ordinal(number)} cir",
        ):
            known[key(form)] = circuit
    known |= {key(form): "cadc" for form in ("D.C. Cir.", "D.C. Circuit")}
    known |= {key(form): "cafc" for form in ("Fed. Cir.", "Federal Circuit")}
    return {**known, **court_names()}


def _ordinal(number: int) -> str:
    return f"{number}" + {1: "st", 2: "nd", 3: "rd"}.get(number, "th")


def _by_name(text: str) -> str | None:
    """Return the court that a name describes, where only one does."""
    district = re.search(r"(?i)\bdistrict of\b", text)
    federal = (
        text if re.search(r"(?i)\bcourts?\b", text) else f"United States District Court {text}"
    )
    if district and not re.search(
        r"(?i)\b(?:bankruptcy|united states|u\.? ?s\.?|federal)\b", federal
    ):
        federal = f"United States {federal}"
    if not _OF_APPEALS.search(text) and (found := court_named(federal)):
        return found
    import courts_db  # half a second, which only a name that is not a caption's is to take

    # of a district court it also finds the bankruptcy court of the same district
    found_ids = courts_db.find_court(text, bankruptcy="bankruptcy" in text.lower())
    return str(found_ids[0]) if len(set(found_ids)) == 1 else None
