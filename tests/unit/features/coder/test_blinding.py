"""A blinded paper names neither parties, court, judge, docket nor day, and its quotes are found."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.cases import party_names
from features.coder.blinding import blind
from features.coder.quotes import PLACEHOLDER, QuoteFinder

CAPTION = """\
UNITED STATES DISTRICT COURT
NORTHERN DISTRICT OF ILLINOIS
EASTERN DIVISION

ACME PUMPS, INC. and JANE Q. ROE,
        Plaintiffs,
v.                                       Case No. 1:21-cv-00135
THOMAS HALE, and BOLT VALVES LLC,        Hon. Sharon Johnson Coleman
        Defendants.

Acme Pumps, Inc. ("API") moves against Mr. Hale. Mr. Hale's list reached Bolt Valves on
June 3, 2021; API moved on 7/15/2021, six weeks later. Roe agrees. They sell pumps and valves.
"""
FIELDS = {"caption": "Acme Pumps, Inc. v. Hale", "motion": CAPTION}


def test_a_caption_is_blinded_and_what_the_parties_are_stays() -> None:
    blinded = blind(CAPTION, FIELDS)
    for name in ("acme", "hale", "roe,", "bolt", "api", "coleman", "illinois", "00135", "2021"):
        assert name not in blinded.lower()
    assert "[party A], INC." in blinded
    assert "Plaintiffs,\nv." in blinded.replace("        ", "").replace("  ", "")
    assert blinded.endswith(
        '[party A], Inc. ("[party A]") moves against Mr. [party B]. Mr. [party B]\'s list reached '
        "[party B] on\n[day 0]; [party A] moved on [day +42], six weeks later. [party A] agrees. "
        "They sell pumps and valves.\n"
    )


def test_a_caption_at_the_head_of_the_paper_is_enough() -> None:
    assert blind(CAPTION, {"motion": CAPTION}) == blind(CAPTION, FIELDS)


@pytest.mark.parametrize(
    ("caption", "text", "blinded"),
    [
        ("Barrack v. City of Lafayette", "The City of Lafayette", "The City of [party B]"),
        ("Golden v. Mount", "Golden sued. Mount sold a golden mount.", None),
        ("Next Step Co. v. Wu", "Next, they say the next step hurt Next Step.", None),
        ("Doe v. O'Brien", "John Doe saw O\u2019Brien's men.", "John Doe saw [party B]'s men."),
        (
            "Pena v. Coca-Cola Co.",
            "Ms. Pe\u00f1a and Coca-Cola Co.",
            "Ms. [party A] and [party B] Co.",
        ),
        ("In re Guerra & Moore", "Guerra and Moore, L.L.P.", "[party A], L.L.P."),
        ("Union Local 732 v. Woonsocket", "Local 732 has 732 members.", None),
        (
            "United States v. Kim",
            "The United States sued Kim.",
            "The United States sued [party B].",
        ),
        (None, "Smith v. Jones, 1 F.4th 2 (7th Cir. 2021)", None),
        (None, "Plaintiff cites Smith v. Jones; Defendant objects to Smith.", None),
    ],
)
def test_parties_by_their_caption(caption: str | None, text: str, blinded: str | None) -> None:
    expected = {
        "Golden v. Mount": "[party A] sued. [party B] sold a golden mount.",
        "Next Step Co. v. Wu": "Next, they say the next step hurt [party A].",
        "Union Local 732 v. Woonsocket": "Local [party A] has [party A] members.",
        None: text,
    }
    assert blind(text, {"caption": caption, "motion": text}) == (blinded or expected[caption])


@pytest.mark.parametrize(
    ("text", "blinded"),
    [
        ("In Civil Action No. 21-135 (RDM) they", "In [docket] (RDM) they"),
        ("See No. 09-2540 and 21 C 00135.", "See [docket] and [docket]."),
        ("No. 473, 1993.\nNo. 5 of them", "[docket].\nNo. 5 of them"),
        ("Rule 65 and 42 U.S.C. \u00a7 1983", "Rule 65 and 42 U.S.C. \u00a7 1983"),
        ("before Judge Sarah Vance today", "before [judge] today"),
        ("HOWARD, Circuit Judge. In", "[judge]. In"),
        ("Lipez and Howard, Circuit Judges.", "[judge]."),
        ("[Hon. Nathaniel M. Gorton, U.S. District Judge]", "[[judge]]"),
        ("The judge in the Justice Department", "The judge in the Justice Department"),
        ("the Supreme Court of Minnesota held", "the [court] held"),
        ("the Supreme Court of the United States", "the Supreme Court of the United States"),
        ("the United States District Court for the District of Maine", "the [court]"),
        ("the district court in 1998", "the district court in 1998"),
        ("on June 31, 2020", "on [date]"),
        ("in May 2020, and on May 20, 2020", "in [day 0], and on [day +5]"),
        ("In 1996 it sold 1,200 of them on May 22.", "In 1996 it sold 1,200 of them on May 22."),
    ],
)
def test_dockets_judges_courts_and_dates(text: str, blinded: str) -> None:
    assert blind(text, {"motion": text}) == blinded


def test_the_motions_own_judge_and_docket_are_blinded() -> None:
    text = "Gorton ruled in Gor 09_2540."
    fields = {"motion": text, "judge": "Nathaniel M. Gorton", "docket_number": "Gor-09-2540"}
    assert blind(text, fields) == "[judge] ruled in [docket]."
    # A spreadsheet gives a number for a docket number.
    assert blind("Index 1234 is ours.", {"docket_number": 1234}) == "Index [docket] is ours."


def test_both_papers_count_days_from_the_same_date() -> None:
    motion, opposition = (
        "It began on May 1, 2020.",
        "He stopped on May 31, 2020, and April 1, 2020.",
    )
    fields = {"motion": motion, "opposition": opposition}
    assert blind(motion, fields) == "It began on [day 0]."
    assert blind(opposition, fields) == "He stopped on [day +30], and [day -30]."


@given(text=st.text(), caption=st.text(min_size=1) | st.none(), judge=st.text() | st.none())
def test_any_paper_is_blinded_without_failing(
    text: str, caption: str | None, judge: str | None
) -> None:
    blind(text, {"motion": text, "caption": caption, "judge": judge, "docket_number": judge})


# On real papers

_DATE = re.compile(
    r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d{1,2}(?:st|nd|rd|th)?,? "
    r"(?:1[89]|20)\d\d|\b\d{1,2}/\d{1,2}/\d{2,4}\b"
)
_DOCKET = re.compile(
    r"\d:\d\d-cv-\d|\b\d\d-cv-\d|^No\. \S*\d"
    r"|(?i:case|civil action|docket|action|index) No\. ?\w*\d",
    re.MULTILINE,
)
_JUDGE = re.compile(
    r"\bHon\. [A-Z]|\b[A-Z]\w+, (?:Chief |Circuit |District )*(?:Judge|Justice)|\b[Jj]udge [A-Z]\w"
    r"|\bJUDGE [A-Z]{3}|[A-Z]{3,}, J\."
)
_KINDS = frozenset(
    """
    city county school district board society association institute wildlife united local fund
    bank township services credit company university federal international products
    laboratories savings assn 163 street illinois kentucky colorado puerto rico
    """.split()  # noqa: SIM905
)
"""Words of captions that say what a party is, and states, which name it beside others only."""


def _names(caption: str, paper: str) -> re.Pattern[str]:
    """Return the pattern of the words that name the parties and nothing else in the paper."""
    lower = set(re.findall(r"\b[a-z]{2,}\b", paper))
    words = {word for name in party_names(caption) for word in name if len(word) > 2}
    names = [re.escape(word) for word in words - lower - _KINDS] or ["(?!)"]
    spelled = (spelling for name in names for spelling in (name.title(), name.upper()))
    return re.compile(rf"\b(?:{'|'.join(spelled)})\b")


@pytest.fixture(scope="module")
def blinded(
    opinions: dict[str, dict[str, Any]], long_papers: dict[str, dict[str, Any]]
) -> list[tuple[str, str, str]]:
    """Give caption, text and blinded text of each paper, and of each opinion with its head."""
    rows = []
    for name, opinion in opinions.items():
        texts = [part for part in long_papers.get(name, {}).values() if part and len(part) > 99]
        for text in [*texts, "\n".join(opinion["paragraphs"])]:
            fields = {"caption": opinion["caption"], "motion": text}
            rows.append((opinion["caption"], text, blind(text, fields)))
    assert len(rows) > 100
    return rows


def test_real_papers_name_nobody_afterwards(blinded: list[tuple[str, str, str]]) -> None:
    before = after = 0
    for caption, text, blind_text in blinded:
        patterns = (_names(caption, text), _DATE, _DOCKET, _JUDGE)
        before += any(pattern.search(text) for pattern in patterns)
        after += any(pattern.search(blind_text) for pattern in patterns)
    assert before > 0.9 * len(blinded)
    assert after <= 0.02 * len(blinded)


def test_quotes_of_blinded_papers_stand_in_the_papers_as_given(
    blinded: list[tuple[str, str, str]],
) -> None:
    found = tried = 0
    for _, text, blind_text in blinded:
        finder = QuoteFinder(text)
        # Sixteen words around every fifth placeholder, as a model may quote them.
        words = re.findall(r"(?:(?!\[(?:party|day))\S)*(?:\[[^\]]*\]\S*)?", blind_text)
        words = [word for word in words if word]
        marked = [index for index, word in enumerate(words) if PLACEHOLDER.search(word)]
        for index in marked[::5]:
            quote = " ".join(words[max(0, index - 8) : index + 8])
            tried += 1
            found += finder.find(quote) is not None
    assert tried > 500
    assert found >= 0.98 * tried
