"""The single entry to the features: coded before text, no labels, each motion by itself."""

from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from data.embedded import clearview_motion, embedded_rulings
from features import document
from features.build import BUILT, COLUMNS, FAMILIES, build_features, builder_digest, source_files
from features.document import Document
from train.modes import masked


def test_coded_values_win_over_text_and_text_fills_gaps() -> None:
    coded = clearview_motion()
    text_only = masked(coded, "text")
    frame = build_features([coded, text_only])
    assert list(frame.values.columns) == [column.name for column in BUILT]
    sources = [frame.source(row, "harm.privacy_exposure") for row in range(2)]
    assert sources == ["coded", "text"]
    assert frame.values["harm.privacy_exposure"].tolist() == [1.0, 1.0]
    assert "harm.privacy_exposure" in frame.hits[0]  # the words that support the coding
    assert "harm.monetary" not in frame.hits[0]  # coded as absent, whatever the words
    for hit in frame.hits[1]["harm.privacy_exposure"]:
        paper = text_only.motion if hit.paper == "motion" else text_only.opposition
        assert paper is not None
        assert paper[hit.start : hit.end] == hit.words


def test_labels_cannot_reach_the_features() -> None:
    ruling = embedded_rulings()[5]
    flipped = ruling.model_copy(
        update={"outcome": "granted", "outcome_basis": ("merits",), "source_kind": "news"}
    )
    assert build_features([ruling]).values.equals(build_features([flipped]).values)
    assert not any("outcome" in column.name or "source" in column.name for column in COLUMNS)


def test_a_motion_has_the_same_features_alone_and_among_many() -> None:
    motions = [ruling.as_motion() for ruling in embedded_rulings()[:60]]
    together = build_features(motions)
    alone = [build_features([motion]).values for motion in motions]
    assert pd.concat(alone, ignore_index=True).equals(together.values)


def test_the_papers_of_variants_of_one_motion_are_read_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    motion = masked(clearview_motion(), "coded")
    variants = [motion, motion.model_copy(update={"remedial_steps": ()}), masked(motion, "text")]
    alone = [build_features([variant]).values for variant in variants]
    cleaned: list[str] = []
    clean = document.clean_paper
    monkeypatch.setattr(
        document, "clean_paper", lambda text, known: cleaned.append(text) or clean(text, known)
    )
    together = build_features(variants)
    assert sorted(cleaned) == sorted([motion.motion, motion.opposition])
    assert pd.concat(alone, ignore_index=True).equals(together.values)


def test_threads_find_the_same_phrases() -> None:
    texts = [f"{row.motion} See Doe v. Roe, 555 U.S. 7 (2008)." for row in embedded_rulings()[:60]]
    alone = [Document(text, "motion").hits for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: Document(text, "motion").hits, texts)) == alone


def test_every_column_belongs_to_a_named_family() -> None:
    assert {column.family for column in COLUMNS} == set(FAMILIES)
    assert len({column.name for column in COLUMNS}) == len(COLUMNS)
    assert all(column.authority for column in COLUMNS if column.monotone)


def test_the_digest_covers_every_module_of_the_features() -> None:
    sources = {path.name for path in source_files("features")}
    assert {"build.py", "matcher.py", "delay.py", "normalize.py"} <= sources
    assert [path.name for path in source_files("data", "io/rows.py")] == ["rows.py"]
    assert len(builder_digest()) == 64
