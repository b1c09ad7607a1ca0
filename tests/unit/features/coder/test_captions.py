"""Parties are found in captions as US courts print them, neat or as text taken from a PDF."""

import re
import time
from collections.abc import Callable

import pytest

from features.coder.blinding import blind, names_found
from features.coder.captions import printed_sides
from features.coder.quotes import QuoteFinder
from tests.support.captions import CALIFORNIA, LAYOUTS, RULED, SHORT

BODY = """
Acme Pumps, Inc. ("Acme") moves to enjoin Thomas Hale and Bolt Valves LLC (together, "BVL" or
"Defendants"). Acme's list reached Bolt Valves; BVL used it. Mr. Hale's laptop held the pumps'
prices, and the Hales did not return it. ACME'S INJURY IS IRREPARABLE. HALE HAS NO DEFENSE, and
Roe agrees. Ms. Roe saw Hale, and Acme Pumps makes pumps and valves for the City of Dayton.
"""
NAMES = re.compile(r"(?i)acme|hale|bolt|\broe|bvl")

PRINTINGS: dict[str, Callable[[str], str]] = {
    "neat": lambda text: text,
    "single blanks": lambda text: re.sub(r"[ \t]+", " ", text),
    "many blanks": lambda text: re.sub(r"(?<=\w) (?=\w)", "  ", text),
    "no blank lines": lambda text: re.sub(r"\n\s*\n", "\n", text),
    "blank lines": lambda text: text.replace("\n", "\n\n"),
    "no blanks after commas": lambda text: re.sub(r", +(?!\w+ \w+ \w+ c)", ",", text),
    "Windows": lambda text: text.replace("\n", "\r\n"),
    "Title Case": lambda text: re.sub(
        r"ACME PUMPS|JANE|ROE|THOMAS HALE|BOLT|VALVES", lambda match: match[0].title(), text
    ),
}


@pytest.mark.parametrize("printing", PRINTINGS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_parties_are_blinded_in_any_layout(layout: str, printing: str) -> None:
    text = PRINTINGS[printing](LAYOUTS[layout]) + BODY
    blinded = blind(text, {"motion": text})
    assert not NAMES.findall(blinded), blinded
    assert names_found(text, {"motion": text})
    body = blinded[blinded.index("moves to enjoin") :]
    assert body.startswith("moves to enjoin [party B] LLC (together")
    assert "[party A]'s list reached [party B]; [party B] used it. Mr. [party B]'s laptop" in body
    assert "the pumps'\nprices, and the [party B] did not return it. [party A]'S INJURY IS" in body
    assert "makes pumps and valves for the City of Dayton." in body
    finder = QuoteFinder(text)
    assert finder.find("Mr. [party B]'s laptop held the pumps' prices") is not None
    assert finder.find("[party A]'s list reached [party B]; [party B] used it") is not None


@pytest.mark.parametrize("printing", PRINTINGS)
@pytest.mark.parametrize("layout", SHORT)
def test_parties_are_blinded_as_courts_print_them(layout: str, printing: str) -> None:
    body = "\nZenobia moves under the CPLR. Hale took it. ACME'S list is theirs.\n"
    text = PRINTINGS[printing](SHORT[layout]) + body
    blinded = blind(text, {"motion": text})
    assert not re.findall(r"(?i)zenobia|acme|hale", blinded), blinded
    assert blinded.rstrip().endswith(
        "[party A] moves under the CPLR. [party B] took it. [party B]'S list is theirs."
    )


def test_counsel_above_a_caption_and_below_a_brief_are_left_out() -> None:
    signed = (
        CALIFORNIA
        + BODY
        + """
Dated: June 3, 2023                    Respectfully submitted,

/s/ Wanda Counsel
Wanda Counsel
BIGFIRM & PARTNERS LLP
Tel.: 213.555.0100
Attorneys for Plaintiffs

CERTIFICATE OF SERVICE
I served the motion on the day above.
"""
    )
    blinded = blind(signed, {"motion": signed})
    assert not re.search(r"(?i)wanda|bigfirm|555|123456|90012", blinded)
    assert "Respectfully submitted" in blinded
    assert "Attorneys for Plaintiffs" in blinded
    assert "I served the motion on the day above." in blinded


def test_an_address_in_a_sentence_is_evidence_and_stays() -> None:
    text = "He sent the list to his own account at x@mail.example and to\nothers at 213-555-0100.\n"
    assert blind(text, {"motion": text}) == text


@pytest.mark.parametrize(
    ("head", "named"),
    [
        ("IN RE: ZENOBIA WIDGETS CORP.,\n     Debtor.\n", "Zenobia"),
        ("In the Matter of ZENOBIA WIDGETS,\n     Petitioner.\n", "Zenobia"),
        ("EX PARTE ZENOBIA WIDGETS, INC.\n\n", "Zenobia"),
        ("ZENOBIA WIDGETS, INC. v. THOMAS HALE\nCase No. 23-cv-00123\n", "Zenobia"),
    ],
)
def test_matters_with_one_party_and_bare_titles(head: str, named: str) -> None:
    text = f"UNITED STATES DISTRICT COURT\nDISTRICT OF MAINE\n{head}\n{named} moves. It sells.\n"
    blinded = blind(text, {"motion": text})
    assert named.lower() not in blinded.lower()
    assert "[party A] moves." in blinded


@pytest.mark.parametrize(
    "text",
    [
        "Plaintiffs cite Smith v. Jones, 1 F.3d 2, and Roe v. Wade. Defendants object.",
        "The rule of\nSmith v. Jones\ngoverns, Plaintiffs say, as does In re Winship, 3 U.S. 4.",
        "EX PARTE APPLICATION FOR A TEMPORARY RESTRAINING ORDER\n\nHe copied it.",
        "Judgment was entered\nagainst\nthe Defendant. He copied it.",
        "",
    ],
)
def test_papers_without_a_caption_name_nobody(text: str) -> None:
    assert printed_sides(text) == []
    assert blind(text, {"motion": text}) == text
    assert not names_found(text, {"motion": text})


def test_an_opposition_without_a_caption_is_blinded_by_the_one_of_the_motion() -> None:
    motion = RULED.format(")") + BODY
    fields = {"motion": motion, "opposition": "Acme Pumps never lost Hale."}
    assert blind(fields["opposition"], fields) == "[party A] never lost [party B]."
    assert names_found(fields["opposition"], fields)
    assert names_found("He copied it.", {"caption": "Acme v. Hale", "motion": "He copied it."})
    assert not names_found("He copied it.", {"caption": "Doe v. State", "motion": ""})


def test_a_law_report_heads_a_case_by_both_sides() -> None:
    text = (
        "ACME v. HALE, 12 Cal.App. 34 (1923)\n222 P.2d 362\nACME, INC., Plaintiff, v.\n"
        "THOMAS HALE, Defendant.\n\nAcme sued Hale by Cal. Rules.\n"
    )
    assert blind(text, {"motion": text}).endswith("[party A] sued [party B] by Cal. Rules.\n")


def test_whoever_is_brought_in_later_is_a_third_party() -> None:
    text = (
        "ACME, INC.,\nPlaintiff,\nv.\nTHOMAS HALE,\nDefendant/Third-Party Plaintiff,\nv.\n"
        "ZETA LLC,\nThird-Party Defendant.\n\nHale blames Zeta, not Acme.\n"
    )
    assert blind(text, {"motion": text}).endswith("[party B] blames [party C], not [party A].\n")


@pytest.mark.parametrize(
    ("caption", "text", "blinded"),
    [
        (
            "Apple Farms, Inc. v. Zenith Bank of Ohio",
            "Zenith Bank of Ohio lent Apple Farms an apple press. "
            "Under Ohio law the bank may. Apple trees.",
            "[party B] Bank of [party B] lent [party A] an apple press. "
            "Under Ohio law the bank may. Apple trees.",
        ),
        (
            "Tom Young v. City of Dayton",
            "Young sued. They say Young is young, and Mr. Young and Dayton say so.",
            "[party A] sued. They say [party A] is young, and Mr. [party A] and [party B] say so.",
        ),
        (
            "State of Ohio v. McAdam",
            "Ohio sued MCADAM. He saw Mcadam on McAdams Road.",
            "[party A] sued [party B]. He saw [party B] on [party B] Road.",
        ),
        (
            "Acme v. Hale",
            'Acme and Hale signed an Asset Purchase Agreement ("APA"). The APA binds Acme.',
            '[party A] and [party B] signed an Asset Purchase Agreement ("APA"). The APA binds '
            "[party A].",
        ),
        (
            "Acme v. Hale",
            "Acme sells at www.acmepumps.example/x; mail hale9@mail.example, not acme.com.",
            "[party A] sells at [party A]; mail [party B], not [party A].",
        ),
    ],
)
def test_common_words_of_names_stay_where_they_name_nobody(
    caption: str, text: str, blinded: str
) -> None:
    assert blind(text, {"caption": caption, "motion": text}) == blinded


@pytest.mark.parametrize(
    "filler",
    [
        "He copied the list of Acme Pumps. ",
        "Acme ",
        "A, ",
        "Plaintiff, ",
        ") ",
        "v.\n",
        "- ",
        "\n",
        "\u00a7\n",
        "in re\n",
        "@",
        "a@b.c ",
        "/s/ A\n",
        "5",
        "Plaintiff and ",
        "Mr. ",
        "ACME PUMPS and\n",
        "third-",
    ],
)
def test_blinding_takes_linear_time(filler: str) -> None:
    text = RULED.format(")") + filler * (1_000_000 // len(filler))
    began = time.process_time()
    blind(text, {"motion": text})
    assert time.process_time() - began < 5  # on a machine that does other things
