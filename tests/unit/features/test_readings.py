"""What phrases read is kept where such readings are right often enough, and blanked elsewhere."""

import numpy as np
import pytest

from data.schema import Motion
from features.build import BUILT, build_features
from features.frame import FeatureFrame
from features.indicators import Reading
from features.readings import keep_counted

TEXT = (
    "The buyer has confusingly similar packaging, and infringes its registered trademark. "
    "Customers were lost to the rival. Its declarations show that a breach occurred last year."
)


@pytest.fixture(scope="module")
def frame() -> FeatureFrame:
    coded = Motion(motion_type="tro", motion=TEXT, harm_types=("lost_customers_market",))
    return build_features([Motion(motion_type="tro", motion=TEXT), coded])


def _from_text(frame: FeatureFrame, row: int) -> set[str]:
    fields = {column.name for column in BUILT if column.field or column.counts}
    return {name for name in fields if frame.source(row, name) == "text"}


def _readings(frame: FeatureFrame, row: int) -> set[Reading]:
    columns = [column for column in BUILT if frame.source(row, column.name) == "text"]
    readings = [column.reading(frame.column(column.name)[row]) for column in columns]
    return {reading for reading in readings if reading}


def test_nothing_is_read_where_no_reading_counts(frame: FeatureFrame) -> None:
    assert len(_from_text(frame, 0)) > 3
    kept = keep_counted(frame, frozenset())
    assert not _from_text(kept, 0)
    assert not any(kept.hits)
    of_silence = build_features([Motion(motion_type="tro", motion="The")])
    np.testing.assert_array_equal(kept.numeric[0], of_silence.numeric[0])


def test_what_counts_stays_with_its_phrases(frame: FeatureFrame) -> None:
    everything = _readings(frame, 0)
    kept = keep_counted(frame, everything)
    np.testing.assert_array_equal(kept.numeric, frame.numeric)
    np.testing.assert_array_equal(kept.provenance, frame.provenance)
    assert kept.hits[0] == frame.hits[0]
    one = Reading("harm_types", "lost_customers_market")
    assert one in everything
    kept = keep_counted(frame, {one})
    assert _from_text(kept, 0) == {"harm.lost_customers_market"}
    assert set(kept.hits[0]) == {"harm.lost_customers_market"}


def test_codings_stay_and_lose_the_phrases_that_do_not_count(frame: FeatureFrame) -> None:
    assert frame.hits[1]["harm.lost_customers_market"]
    kept = keep_counted(frame, frozenset())
    assert kept.column("harm.lost_customers_market")[1] == 1.0
    assert kept.source(1, "harm.lost_customers_market") == "coded"
    assert "harm.lost_customers_market" not in kept.hits[1]


def test_steps_and_signals_are_counted_anew() -> None:
    opposition = "It agreed to a standstill. Sales may or may not fall. The council may refuse."
    motion = Motion(motion_type="tro", motion="They move.", opposition=opposition)
    frame = build_features([motion])
    readings = _readings(frame, 0)
    steps = {reading for reading in readings if reading.field == "remedial_steps"}
    assert frame.column("remedial.steps")[0] == len(steps) > 0
    assert keep_counted(frame, readings).column("remedial.steps")[0] == len(steps)
    silent = keep_counted(frame, readings - steps)
    assert silent.column("remedial.steps")[0] == 0.0
    assert silent.source(0, "remedial.steps") == "not shown"


def test_what_no_phrase_reads_is_untouched() -> None:
    cited = Motion(motion_type="tro", motion="See Winter v. NRDC, 555 U.S. 7 (2008).", court="ilnd")
    frame = build_features([cited])
    kept = keep_counted(frame, frozenset())
    assert kept.column("authorities.motion")[0] == 1.0
    assert kept.hits[0]["authorities.motion"]
    assert kept.column("forum.court")[0] == "ilnd"
