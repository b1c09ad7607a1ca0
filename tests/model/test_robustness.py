"""How a paper was typed does not change what is read from it, and a poor scan changes little."""

import random
import re
from collections.abc import Callable, Sequence

import pytest

from data.embedded import embedded_rulings
from data.schema import Motion, Ruling
from data.splits import phrase_split
from features.build import BUILT, build_features
from serve.predictor import Predictor

HELD_OUT = [row for row in embedded_rulings() if phrase_split(row) == "held_out"]
SAMPLE = HELD_OUT[::5]
READ = [column.name for column in BUILT if column.family not in {"forum", "ratings"}]
TOLERANCE = 0.01
HEADER = ".\n\nCase 1:21-cv-00135 Document 25 Filed 01/02/22 Page 3 of 20\n\n"


def hyphenated(text: str, chance: random.Random) -> str:
    """Break one long word in seven over a line's end."""

    def broken(word: re.Match[str]) -> str:
        half = len(word[0]) // 2
        return f"{word[0][:half]}-\n{word[0][half:]}" if chance.random() < 1 / 7 else word[0]

    return re.sub(r"[a-z]{7,}", broken, text)


def scanned(text: str, chance: random.Random) -> str:
    """Misread one letter in a hundred."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    wrong = (chance.choice(letters) if c.isalpha() and chance.random() < 0.01 else c for c in text)
    return "".join(wrong)


CHANGES: dict[str, Callable[[str, random.Random], str]] = {
    "upper case": lambda text, _: text.upper(),
    "curly quotes": lambda text, _: text.replace("'", "\u2019").replace('"', "\u201d"),
    "wrapped lines": lambda text, _: re.sub(r"((?:\S+ ){7}\S+) ", r"\1\n", text),
    "page headers": lambda text, _: HEADER.join(text.split(". ")),
    "hyphenation": hyphenated,
}


def _agreement(
    change: Callable[[str, random.Random], str], rulings: Sequence[Ruling]
) -> tuple[float, float]:
    """Return the shares of rulings with all indicators alike, and of indicators alike."""
    chance = random.Random(0)
    plain, changed = [], []
    for row in rulings:
        papers = {"motion": row.motion, "opposition": row.opposition or ""}
        changed_papers = {name: change(text, chance) for name, text in papers.items()}
        plain.append(Motion(motion_type=row.motion_type, **papers))
        changed.append(Motion(motion_type=row.motion_type, **changed_papers))
    before, after = (build_features(motions).values[READ] for motions in (plain, changed))
    same = (before == after) | (before.isna() & after.isna())
    return float(same.all(axis=1).mean()), float(same.to_numpy().mean())


@pytest.mark.parametrize("name", CHANGES)
def test_typing_does_not_change_what_is_read(name: str) -> None:
    assert len(SAMPLE) > 100
    rulings, _ = _agreement(CHANGES[name], SAMPLE)
    assert rulings >= 0.95


@pytest.mark.parametrize("name", [name for name in CHANGES if name != "page headers"])
def test_typing_does_not_change_the_probability(full_predictor: Predictor, name: str) -> None:
    """The rating model sees the same words, too (a page header has words of its own)."""
    chance = random.Random(0)
    rows = [{"motion_type": row.motion_type, "motion": row.motion} for row in SAMPLE]
    changed = [row | {"motion": CHANGES[name](row["motion"], chance)} for row in rows]
    before, after = (
        full_predictor.score([Motion.model_validate(row) for row in motions])["p_grant"]
        for motions in (rows, changed)
    )
    assert ((before - after).abs() < TOLERANCE).mean() >= 0.95


def test_a_poor_scan_changes_few_indicators() -> None:
    """Some four letters of each ruling are misread; short words and names cannot be corrected.

    With three seeds, 84 to 86% of the 858 held-out rulings had all indicators alike. The bound lies
    two standard errors below; on a fifth of them, the share varied from 79 to 88%.
    """
    rulings, indicators = _agreement(scanned, HELD_OUT)
    assert indicators >= 0.99
    assert 0.82 <= rulings < 1.0  # the noise is really there
