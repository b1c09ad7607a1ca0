"""What only words can show: delay by dates, dated harm, chains, binding steps, authorities."""

import random
import string
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.schema import Motion
from features.build import build_features
from features.document import Document, speller
from features.families.doctrine import balance
from features.phrases.hits import by_field, plain_hit
from features.phrases.lexicon import entries
from features.text.cleaning import MAX_CHARACTERS
from features.text.dates import first_date
from serve.notes import unusable_parts
from serve.responses import list_evidence


def _read(column: str, motion: str, opposition: str | None = None) -> Any:
    row = Motion(motion_type="tro", motion=motion, opposition=opposition)
    return build_features([row]).values[column].iloc[0]


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.sampled_from(["%B %-d, %Y", "%-d %b %Y"]))
def test_every_date_is_read(day: date, written: str) -> None:
    text = f"It closes on {day.strftime(written)}, they say."
    found = first_date(text, 0, len(text))
    assert found is not None
    assert found.day == day


def test_what_is_no_date_is_passed_over() -> None:
    text = "Rule 13/32/2020 and Feb. 30, 2020 and 2021-13-40"
    assert first_date(text, 0, len(text)) is None


def test_delay_is_counted_from_notice_to_motion() -> None:
    months = _read(
        "harm.delay_months", "It learned of the copies on March 3, 2020 and moved on June 3, 2021."
    )
    assert months == pytest.approx(15.0, abs=0.1)
    told = _read("harm.delay_months", "It learned of it on March 3, 2020. It waited six months.")
    assert told == 6.0  # what is said outright goes first


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("It waited six months to move.", 6),
        ("A two-month delay in filing is told.", 2),
        ("On May 1, 2020, it learned that it closes in June 2021. It sued on July 1, 2020.", 2),
        ("It has not delayed a year.", None),
        ("It waited until three days before the election.", None),
        ("A delay of two years in trial is common.", None),
        ("It moved. See A v. B, 756 F.2d 273, 276 (2d Cir. 1985) (ten-week delay).", None),
        ("Courts find a delay of three months too long; she waited two weeks.", 14 / 30.4),
        ("The agency waited three years to act.", None),
        ("A delay of six months would kill the firm.", None),
        ("If relief is delayed six months, it fails.", None),
        ("A delay of a month came first; they waited half a year before suing.", 6),
        ("It waited a year and a half.", 18),
        ("It waited fourteen (14) months.", 14),
        ("It waited twenty-one months.", 21),
        ("It waited two hundred and ten days.", None),
        ("It could have sued in May but waited six months to sue.", 6),
        ("If the harm were real, it would have sued, yet it waited eight months.", 8),
        ("The city waited three years to file this motion.", 36),
        ("Nor has it waited six months.", None),
        ("It waited \u017fix months.", None),  # the long s of old print
        ("He was told on May 1, 2020 and moved from New York in May 2022.", None),
        ("It learned on May 1, 2020, sued on July 1, 2020 and sued on May 1, 2022.", 61 / 30.4),
        ("The rule imposes a 30-day delay on shipments.", None),
    ],
)
def test_only_the_movants_own_delay_counts(text: str, months: float | None) -> None:
    read = _read("harm.delay_months", text)
    assert np.isnan(read) if months is None else read == pytest.approx(months, abs=0.05)


def test_harm_that_has_a_date() -> None:
    assert _read("harm.dated", "The rule will take effect on July 1, 2024.") == 1.0
    assert _read("harm.dated", "The sale is about to begin. On May 3, 2020 it rained.") == 0.0
    cited = "The sale is about to begin, see Doe v. Roe, 12 F. Supp. 3d 4 (S.D.N.Y. July 1, 2015)."
    assert _read("harm.dated", cited) == 0.0


def test_uncertain_harm_and_chains_of_events() -> None:
    hedged = "If the bank agrees, hackers could then sell the files. They may lose customers."
    assert _read("harm.hedged", hedged) == 1.0
    assert _read("harm.hedged", "It lost customers.") == 0.0
    assert _read("speculation.chain", hedged) >= 2
    assert _read("speculation.chain", "It lost customers.") == 0.0
    assert _read("speculation.density", hedged) > 0
    likely = "They are likely to lose customers, an imminent and irreparable loss."
    assert _read("harm.hedged", likely) == 0.0  # what Winter asks for is no doubt


def test_steps_bind_only_where_they_cannot_be_undone() -> None:
    asks = "They ask for an order."
    assert _read("remedial.binding", asks, "It ceased sales and signed a consent decree.") == 1.0
    assert _read("remedial.binding", asks, "It ceased sales for now and may resume.") == 0.0
    assert _read("remedial.binding", asks, "The rule is permanent.") == 0.0


def test_urgency_is_read() -> None:
    assert _read("motion_type.expedited", "They file an emergency motion.") == 1.0


def test_leading_cases_count_for_the_side_that_cites_them() -> None:
    motion = "See Elrod v. Burns, 427 U.S. 347, 373 (1976)."
    opposition = "Winter v. NRDC, 555 U.S. 7, 22 (2008), and Clapper v. Amnesty Int'l control."
    assert _read("authorities.motion", motion, opposition) == 1.0
    assert _read("authorities.opposition", motion, opposition) == 2.0
    assert _read("authorities.motion", "Herb Reed sang in winter. See Smith v. Jones.", None) == 0.0
    assert _read("authorities.motion", "See Elrod\n    v. Burns, 427\n  U.S. 347.", None) == 1.0


def test_circumstances_count_once_and_for_their_side() -> None:
    cues = [entry for entry in entries() if entry.favors]
    assert len({entry.field for entry in cues}) == 4
    for cue in cues:
        text = f"{cue.matches[0]} {cue.matches[0]}"
        hits = [h for h in Document(text, cue.papers[0]).hits if h.value == cue.value]
        assert len(hits) >= 2
        assert balance(by_field(hits), cue.field)[0] == (1.0 if cue.favors == "movant" else -1.0)
        assert cue.authority


def test_an_answer_says_what_a_circumstance_is() -> None:
    cue = next(entry for entry in entries() if entry.favors)
    hits = tuple(h for h in Document(cue.matches[0], cue.papers[0]).hits if h.value == cue.value)
    word = plain_hit("words", "order", "motion", 0, 5, "order")
    phrases = list_evidence({f"doctrine.{cue.field}": hits, "inferred_ratings.forecast": (word,)})
    assert {phrase.meaning for phrase in phrases} == {cue.meaning, None}
    assert all(phrase.sentence for phrase in phrases if phrase.meaning)


def test_a_misread_letter_is_mended_but_names_and_known_words_stay() -> None:
    text = "The plaintirf fears an injxnction. Smijh sells vectors. Testimqny of Tarrant."
    mended = Document(text).normalized.text
    assert mended.endswith("testimony of tarrant.")  # a long word is mended, a short name is not
    assert "plaintiff fears an injunction" in mended
    assert "smijh sells vectors" in mended
    right_words = ("covid zzzqqq", "prima facie in rem", "they aren't and wouldn't", "fiance")
    for right in (*right_words, "in personam", "estopped", "vis major"):
        assert speller().mend(right, lambda _: False) == right
    short, plenty = "tbe sum of monoy", " ".join(["court"] * 200)
    assert speller().mend(short, lambda _: False) == "the sum of money"
    for well_printed in (f"{short} {plenty}", f"[c]urrent {plenty}", f"condemnee {plenty}"):
        assert speller().mend(well_printed, lambda _: False) == well_printed
    letters = "".join(random.Random(0).choices(string.ascii_lowercase, k=100_000))
    assert speller().mend(letters, lambda _: False) == letters


def test_a_paper_is_read_up_to_its_limit_and_the_answer_says_so() -> None:
    long = "A " * (MAX_CHARACTERS // 2) + "data breach"
    assert Document(long, "motion").hits == ()
    said = unusable_parts(Motion.model_construct(motion="x", opposition=long, court=None))
    assert len(said) == 1
    assert "opposition has 5,000,011 characters" in said[0]
    assert unusable_parts(Motion.model_construct(motion="x", opposition=None, court=None)) == []


def test_the_words_of_a_delay_are_those_of_the_paper_as_given() -> None:
    text = "He waited six\u00a0months to sue."
    frame = build_features([Motion.model_validate({"motion_type": "tro", "motion": text})])
    [hit] = frame.hits[0]["harm.delay_months"]
    assert hit.words == text[hit.start : hit.end] == "waited six\u00a0months"
