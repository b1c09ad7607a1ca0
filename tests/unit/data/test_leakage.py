"""The leakage audit on the embedded rulings, and on rulings with outcomes planted in them."""

from collections.abc import Sequence

import pytest

from data.embedded import embedded_rulings
from data.labels import labelled_rulings
from data.leakage import MAX_AUC, LeakageAudit, audit_leakage
from data.schema import Ruling

RULINGS, GRANTED = labelled_rulings(embedded_rulings(), "granted")
OUTCOME = {True: "The court granted the motion.", False: "The court denied the motion."}


def _audit(rulings: Sequence[Ruling], words: dict[bool, str], every: int = 1) -> LeakageAudit:
    """Audit rulings of which every so many has words of its outcome added to the motion."""
    planted = [
        ruling.model_copy(update={"motion": f"{ruling.motion} {words[label]}"})
        if row % every == 0
        else ruling
        for row, (ruling, label) in enumerate(zip(rulings, GRANTED, strict=False))
    ]
    return audit_leakage(planted, GRANTED[: len(rulings)])


def test_the_embedded_rulings_pass() -> None:
    audit = audit_leakage(RULINGS, GRANTED)
    assert audit.passes
    assert audit.words == ()
    assert audit.auc is not None
    assert audit.low is not None
    assert 0.5 < audit.low < audit.auc < (audit.high or 0) < MAX_AUC


@pytest.mark.parametrize("every", [1, 20])
def test_planted_outcomes_are_named_with_their_rows(every: int) -> None:
    audit = _audit(RULINGS, OUTCOME, every)
    found = {word.word: word for word in audit.words}
    assert {"court granted", "court denied"} <= set(found)
    with_grant = {RULINGS[row].id for row in range(0, len(RULINGS), every) if GRANTED[row]}
    assert set(found["court granted"].ids) == with_grant
    assert (found["court granted"].granted, found["court granted"].denied) == (len(with_grant), 0)
    assert all(len(word.word.split()) <= 2 for word in audit.words)
    assert audit.is_too_good == (every == 1)
    assert not audit.passes


def test_words_without_outcome_language_are_found_too() -> None:
    audit = _audit(RULINGS, {True: "Folder alpha.", False: "Folder beta."})
    assert audit.told == audit.in_courts_voice == ()
    assert {"alpha", "beta"} <= {word.word for word in audit.words if word.decisive}


def test_a_word_of_one_case_is_no_leak() -> None:
    rows = [row for row, label in enumerate(GRANTED) if label][:40]
    same_case = [
        ruling.model_copy(update={"case_id": "one", "motion": f"{ruling.motion} zyzzyva"})
        if row in rows
        else ruling
        for row, ruling in enumerate(RULINGS)
    ]
    assert "zyzzyva" not in {word.word for word in audit_leakage(same_case, GRANTED).words}


def test_one_paper_that_tells_its_outcome_fails() -> None:
    told = RULINGS[3].model_copy(update={"opposition": "It opposed. IT IS SO ORDERED."})
    audit = audit_leakage([*RULINGS[:3], told, *RULINGS[4:30]], GRANTED[:30])
    assert audit.told == (told.id,)
    assert audit.auc is None  # too few rulings for a model of words
    assert [finding.ids for finding in audit.findings] == [(told.id,)]


@pytest.mark.parametrize(
    "rulings", [(), RULINGS[:1], [r for r in RULINGS if r.outcome == "denied"]]
)
def test_too_few_rulings_or_one_outcome(rulings: Sequence[Ruling]) -> None:
    audit = audit_leakage(rulings, [ruling.outcome != "denied" for ruling in rulings])
    assert audit.auc is None
    assert audit.passes
