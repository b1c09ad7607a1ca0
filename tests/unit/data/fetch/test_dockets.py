"""Entries of dockets, made up in the forms that clerks use, and real dockets as juriscraper parses
them: kinds, relief, links, rulings."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.codebook import MotionType
from data.fetch.docket_entries import Entry
from data.fetch.docket_files import read_docket
from data.fetch.docket_rulings import judge_of, ruling_on
from data.fetch.dockets import fetch_dockets, motions_of
from data.io.rows import UnreadableInput

DOCKETS = Path(__file__).parents[5] / "shared" / "real" / "freelawproject+juriscraper"
PI = MotionType.PRELIMINARY_INJUNCTION


def entry(text: str, number: str | None = "50", filed: str = "2020-03-04") -> Entry:
    """Return an entry."""
    return Entry(number, filed, text)


ASKS = {
    "MOTION for Temporary Restraining Order by Acme Corp.": "tro",
    "Emergency MOTION for TRO filed by Acme": "tro",
    "Ex Parte Motion for Temporary Restraining Order Filed by A. Roe": "tro",
    "First MOTION for Preliminary Injunction, MOTION for TRO by X": "tro_and_pi",
    "MOTION for Temporary Restraining Order and Preliminary Injunction by X": "tro_and_pi",
    "MOTION by Plaintiff Acme Mill, Inc. for preliminary injunction (Attachments: # 1 Exhibit)": (
        "preliminary_injunction"
    ),
    "PLAINTIFF'S AMENDED MOTION FOR ENTRY OF A PRELIMINARY INJUNCTION": "preliminary_injunction",
    "APPLICATION for Preliminary Injunction": "preliminary_injunction",
    "MOTION for Stay Pending Appeal by Y": "stay",
    "MOTION to Stay re 40 Order pending appeal by Y": "stay",
    "MOTION for Injunction Pending Appeal": "injunction_pending_appeal",
}
ASKS_FOR_NOTHING_INTERIM = (
    "MOTION to Dissolve Preliminary Injunction by Y",
    "MOTION to Modify 12 Preliminary Injunction",
    "MOTION for Extension of Time to Respond to 12 MOTION for Preliminary Injunction",
    "MOTION for Leave to File Excess Pages in Support of Motion for Preliminary Injunction",
    "Unopposed MOTION to Continue Hearing on Motion for Preliminary Injunction",
    "MOTION for Reconsideration re 30 Order on Motion for Preliminary Injunction",
    "MOTION to Expedite Discovery and Hearing on Motion for TRO",
    "MOTION to Stay Proceedings Pending Arbitration",
    "Motion for Relief from Stay (Fee Paid)",
    "MOTION for Permanent Injunction",
    "MOTION for Contempt of Temporary Restraining Order",
    "MOTION to Dismiss. (Attachments: # 1 Memorandum in opposition to motion for TRO)",
    "MEMORANDUM in Support re 5 MOTION for Preliminary Injunction",
    "NOTICE of Motion by A. Roe for presentment of motion for preliminary injunction 5",
    "DECLARATION of A. Roe in Support re: 20 MOTION for Preliminary Injunction",
    "Received UNSIGNED Order granting Motion for Temporary Restraining Order",
    "Certificate of Service for Emergency Motion for Preliminary Injunction",
)
KINDS = {
    "RESPONSE in Opposition re 20 MOTION for Preliminary Injunction filed by Y": "opposition",
    "Opposition TO EMERGENCY MOTION FOR PRELIMINARY INJUNCTION (Related document(s) 20)": (
        "opposition"
    ),
    "MEMORANDUM OF LAW in Opposition re: 20 MOTION for Preliminary Injunction .": "opposition",
    "REPLY to Response to Motion re 20 MOTION for Preliminary Injunction": "reply",
    "REPLY MEMORANDUM OF LAW in Support re: 20 MOTION for Preliminary Injunction .": "reply",
    "AFFIDAVIT in Opposition re 20 MOTION for Preliminary Injunction": "other",
    "REPORT AND RECOMMENDATIONS re: 20 MOTION for Preliminary Injunction .": "recommendation",
    "ORDER denying 20 Motion for Preliminary Injunction": "order",
    "MINUTE entry before the Honorable Ann Lee: Motion [20] is denied.": "order",
    "TEMPORARY RESTRAINING ORDER re 20 Motion for TRO": "issued",
}


@pytest.mark.parametrize(("text", "relief"), ASKS.items())
def test_a_motion_is_known_by_what_it_asks_for(text: str, relief: str) -> None:
    asked = entry(text).asks_for
    assert asked is not None
    assert asked.value == relief


@pytest.mark.parametrize("text", ASKS_FOR_NOTHING_INTERIM)
def test_an_entry_that_only_mentions_interim_relief_is_no_motion_for_it(text: str) -> None:
    assert entry(text).asks_for is None


@pytest.mark.parametrize(("text", "kind"), KINDS.items())
def test_an_entry_has_the_kind_of_its_first_words_and_names_the_motion(
    text: str, kind: str
) -> None:
    assert entry(text).kind == kind
    assert "20" in entry(text).numbers


RULES = {
    "ORDER granting 20 Motion for Preliminary Injunction.": ("granted", False),
    "ORDER granting [20] Motion for TRO; denying [21] Motion to Dismiss.": ("granted", False),
    "ORDER granting 18, 19 and 20 Motions.": ("granted", False),
    "ORDER denying 20 Motion for Preliminary Injunction; granting 21 Motion to Dismiss": (
        "denied",
        False,
    ),
    "OPINION AND ORDER granting in part and denying in part 20 Motion for Preliminary Injunction": (
        "granted_in_part",
        False,
    ),
    "ORDER denying as moot 20 Motion for TRO.": ("denied", True),
    "MINUTE entry before the Honorable A. Lee: Motion for preliminary injunction [20] is denied.": (
        "denied",
        False,
    ),
    "ORDER: The motion to dismiss is granted. The motion for a TRO 20 is DENIED.": (
        "denied",
        False,
    ),
    "ORDER ADOPTING 47 Report and Recommendation; denying 20 Motion for Preliminary Injunction": (
        "denied",
        False,
    ),
    "ORDER DENYING MOTION FOR PRELIMINARY INJUNCTION 20. Signed by Judge Lee": ("denied", False),
    "ORDER granting plaintiff's motion for a temporary restraining order (Dkt. 20)": (
        "granted",
        False,
    ),
    "Order Granting Motion for Preliminary Injunction (Related Doc # 20) (RE: document(s)3)": (
        "granted",
        False,
    ),
    "PRELIMINARY INJUNCTION. (related document(s)20) (xyz)": ("granted", False),
    "ORDER GRANTING PRELIMINARY INJUNCTION re 20 MOTION for Preliminary Injunction": (
        "granted",
        False,
    ),
    "ORDER by Judge Ann B. Lee denying 20 Motion for Preliminary Injunction.": ("denied", False),
}
NO_RULING = (
    "PRELIMINARY INJUNCTION HEARING re 20 MOTION held on 3/4/2020",
    "PRELIMINARY INJUNCTION bond posted re 20",
    "ORDER: case referred to Magistrate Judge Lee for 20 Motion for Preliminary Injunction",
    "ORDER taking 20 Motion for Preliminary Injunction under advisement",
    "ORDER finding a likelihood of success on the motion for preliminary injunction 20",
    "ORDER granting 15 Motion for Extension of Time to Respond re 20 MOTION for TRO",
    "ORDER setting hearing on 20 MOTION for Preliminary Injunction",
    "ORDER REFERRING MOTION: 20 MOTION for Preliminary Injunction filed by X",
    "ORDER denying 120 Motion for Preliminary Injunction",
    "ORDER granting Motion to Shorten Time (Related Doc # 25) (RE: related document(s)20 Motion)",
    "ORDER. The court recommended that the motion for preliminary injunction 20 be denied.",
    "ORDER EXTENDING TEMPORARY RESTRAINING ORDER re 20",
    "ORDER GRANTING motion to supplement record on preliminary injunction re 20",
    "ORDER granting 30 Motion to Dissolve Preliminary Injunction entered on 20 Motion",
    "ORDER granting motion for leave to file brief on preliminary injunction 20",
)
UNCLEAR = {
    "ORDER finding as moot 20 Motion for Preliminary Injunction": "without a grant or denial",
    "ORDER terminating 20 Motion for Preliminary Injunction": "without a grant or denial",
    "ORDER withdrawing 20 Motion for Preliminary Injunction": "without a grant or denial",
    "ORDER granting 20 Motion for TRO; denying 20 Motion for Preliminary Injunction": (
        "more than one outcome"
    ),
    "PRELIMINARY INJUNCTION denied from the bench re 20": "agreed, extended or changed",
    "PRELIMINARY INJUNCTION by consent (related document(s)20)": "agreed",
}


@pytest.mark.parametrize(("text", "expected"), RULES.items())
def test_an_order_that_says_how_it_rules_on_the_motion_is_read(
    text: str, expected: tuple[str, bool]
) -> None:
    said = ruling_on(entry(text), "20", PI)
    assert said is not None
    assert said.outcome is not None
    assert (said.outcome.value, said.is_moot) == expected
    assert said.basis in " ".join(text.split())


@pytest.mark.parametrize("text", NO_RULING)
def test_an_order_on_something_else_is_no_ruling_on_the_motion(text: str) -> None:
    assert ruling_on(entry(text), "20", PI) is None


@pytest.mark.parametrize(("text", "why"), UNCLEAR.items())
def test_an_unclear_disposition_has_no_outcome(text: str, why: str) -> None:
    said = ruling_on(entry(text), "20", PI)
    assert said is not None
    assert said.outcome is None
    assert why in said.why


@given(st.text(st.sampled_from("ORDER denyig 20 []#().,;Motin fr TRO re:\\n§é"), max_size=200))
def test_any_words_are_an_entry(text: str) -> None:
    order = entry(text)
    assert order.kind in (
        "motion",
        "opposition",
        "reply",
        "recommendation",
        "order",
        "issued",
        "other",
    )
    assert order.asks_for is None or order.kind == "motion"
    said = ruling_on(order, "20", PI)
    assert said is None or "20" in order.words
    judge_of(order)


@pytest.mark.parametrize(
    ("text", "judge"),
    [
        ("ORDER. Signed by Judge Ann B. Lee on 3/4/2020. (xyz)", "Ann B. Lee"),
        ("ORDER (Signed by Magistrate Judge Ann B. Lee on 3/4/20) (xyz)", "Ann B. Lee"),
        ("RULING. Signed by Chief Judge Brian A. Jackson on 11/08/2017.", "Brian A. Jackson"),
        ("MINUTE entry before the Honorable Robert M. Dow, Jr: denied", "Robert M. Dow Jr"),
        ("ORDER by Judge Ann B. Lee denying 20 Motion for TRO.", "Ann B. Lee"),
        ("ORDER denying 20 Motion. Hearing at Judge Steiner's Courtroom", None),
        ("ORDER denying 20 Motion", None),
    ],
)
def test_the_judge_is_the_one_who_signed(text: str, judge: str | None) -> None:
    assert judge_of(entry(text)) == judge


def _docket(*entries: tuple[str | None, str, str], **changed: Any) -> dict[str, Any]:
    return {
        "court_id": "ilnd",
        "docket_number": "1:20-cv-00001",
        "case_name": "Acme v. Roe",
        "assigned_to_str": "Ann B. Lee",
        "docket_entries": [
            {"document_number": number, "date_filed": filed, "description": text}
            for number, filed, text in entries
        ],
        **changed,
    }


def test_motion_opposition_reply_and_order_are_linked_by_number() -> None:
    raw = _docket(
        ("5", "2020-01-02", "MOTION for Preliminary Injunction by Acme"),
        ("9", "2020-01-20", "RESPONSE in Opposition re 5 MOTION for Preliminary Injunction"),
        ("11", "2020-01-25", "REPLY to Response to Motion re 5 MOTION for Preliminary Injunction"),
        ("12", "2020-02-01", "REPORT AND RECOMMENDATION re 5 MOTION for Preliminary Injunction"),
        ("15", "2020-03-01", "ORDER denying 5 Motion. Signed by Judge Ann B. Lee on 2/28/2020."),
    )
    (motion,) = motions_of(read_docket(raw, "docket.json")[0])
    assert motion.id == "ilnd-1-20-cv-00001-5"
    assert (motion.oppositions, motion.replies, motion.recommendations) == (
        ("9",),
        ("11",),
        ("12",),
    )
    assert (motion.filed, motion.ruled, motion.order_entry) == ("2020-01-02", "2020-03-01", "15")
    assert (motion.outcome, motion.judge, motion.why) == ("denied", "Ann B. Lee", None)


def test_rulings_that_differ_leave_the_outcome_open() -> None:
    raw = _docket(
        ("5", "2020-01-02", "MOTION for TRO and Preliminary Injunction by Acme"),
        ("6", "2020-01-03", "TEMPORARY RESTRAINING ORDER re 5 Motion for TRO"),
        ("15", "2020-03-01", "ORDER denying 5 Motion for Preliminary Injunction"),
    )
    (motion,) = motions_of(read_docket(raw, "docket.json")[0])
    assert motion.outcome is None
    assert motion.orders == ("6", "15")
    assert "entries 6, 15 rule on it differently" in str(motion.why)


def test_an_order_before_the_motion_does_not_rule_on_it() -> None:
    raw = _docket(
        ("4", "2020-01-01", "ORDER denying 5 Motion for Preliminary Injunction"),
        ("5", "2020-01-02", "MOTION for Preliminary Injunction by Acme"),
    )
    (motion,) = motions_of(read_docket(raw, "docket.json")[0])
    assert (motion.outcome, motion.why) == (None, "no ruling in the docket")


def test_a_docket_of_courtlistener_is_read_too() -> None:
    entries = [
        {
            "entry_number": 5,
            "date_filed": "2020-01-02",
            "description": "",
            "recap_documents": [{"description": "Motion for TRO"}],
        },
        {"entry_number": 6, "date_filed": "2020-01-03", "description": "ORDER granting 5 Motion"},
    ]
    (motion,) = motions_of(read_docket(_docket(docket_entries=entries), "x")[0])
    assert (motion.entry, motion.order_entry, motion.outcome) == ("5", "6", "granted")


def test_files_that_are_no_dockets_are_told_and_the_others_read(tmp_path: Path) -> None:
    motion = ("5", "2020-01-02", "MOTION for Preliminary Injunction by Acme")
    (tmp_path / "a.json").write_text(json.dumps(_docket(motion)))
    (tmp_path / "b.json").write_text('{"case_name": "Secret v. Roe"}')
    (tmp_path / "c.json").write_text("{")
    appeal = json.dumps(_docket(motion, court_id="ca9"))
    (tmp_path / "d.jsonl").write_text(f"{json.dumps(_docket(motion))}\n{appeal}\nnot JSON\n")
    output = tmp_path / "motions.jsonl"
    summary = fetch_dockets(tmp_path, output)
    assert (summary.dockets, summary.appeals, summary.motions) == (3, 1, 2)
    assert len(summary.problems) == 3
    assert "Secret" not in " ".join(summary.problems)
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    assert fetch_dockets(tmp_path, output).motions == 2  # its own output is no docket
    with pytest.raises(UnreadableInput, match="no file or folder"):
        fetch_dockets(tmp_path / "x", output)


@pytest.mark.skipif(not DOCKETS.is_dir(), reason=f"no dockets at {DOCKETS}")
def test_the_motions_of_real_dockets_are_those_that_a_reader_finds(tmp_path: Path) -> None:
    """23 dockets, read by hand: 17 motions, of which the entries tell three outcomes."""
    output = tmp_path / "motions.jsonl"
    summary = fetch_dockets(DOCKETS, output)
    rows = [json.loads(line) for line in output.read_text().splitlines()]
    assert (summary.dockets, summary.appeals, summary.problems) == (23, 2, [])
    assert sorted(f"{row['court']} {row['entry']}" for row in rows) == [
        *("dcd 105", "dcd 3", "dcd 5", "dcd 63", "flmb 6", "idd 7", "ilnd 5", "lamd 1", "nvb 8"),
        *("nvd 17", "nvd 22", "nvd 4", "nyed 96", "nysb 5", "nysb 7", "nysd 20", "wawb 2"),
    ]
    told = {row["court"]: row for row in rows if row["outcome"]}
    assert {court: row["outcome"] for court, row in told.items()} == {
        "lamd": "denied",
        "nysd": "denied",
        "wawb": "granted",
    }
    assert [told["nysd"][name] for name in ("filed", "ruled", "judge", "order_entry")] == [
        "2017-07-10",
        "2017-08-28",
        "Lewis A. Kaplan",
        "58",
    ]
    assert (told["nysd"]["oppositions"], told["nysd"]["replies"]) == (["34"], ["38"])
    # History reports name orders without saying how they rule.
    assert summary.unclear == {
        "the docket does not say how the court ruled": 5,
        "no ruling in the docket": 9,
    }
