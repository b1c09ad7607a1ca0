"""Forum: court and date of the docket -> indicator; nothing is read from the papers."""

from collections.abc import Callable
from typing import Any

import pytest

from features.families.forum import FAMILY
from features.indicators import Indicator


@pytest.mark.parametrize(
    ("column", "motion", "opposition", "coded", "value", "source"),
    [
        ("court", "He moves.", None, {"court": "ilnd"}, "ilnd", "coded"),
        ("circuit", "He moves.", None, {"court": "ilnd"}, "ca7", "coded"),
        ("level", "He moves.", None, {"court": "ilnd"}, "federal_district", "coded"),
        ("level", "He moves.", None, {"court": "nyeb"}, "bankruptcy", "coded"),
        ("circuit", "He moves.", None, {"court": "nyeb"}, "ca2", "coded"),
        ("level", "He moves.", None, {"court": "delch"}, "state", "coded"),
        ("court", "He moves.", None, {"court": "uksc"}, "uksc", "coded"),
        ("level", "He moves.", None, {"court": "uksc"}, None, "not shown"),
        ("circuit", "He moves.", None, {"court": "uksc"}, None, "not shown"),
        ("year", "He moves.", None, {"decided": "2020-01-24"}, 2020.0, "coded"),
        ("year", "He moves.", None, {"decided": "2019"}, 2019.0, "coded"),
        ("year", "He moves on May 3, 2020.", None, {}, None, "not shown"),
        ("court", "He moves in the Northern District of Illinois.", None, {}, None, "not shown"),
    ],
)
def test_indicator(
    read_indicator: Callable[..., Indicator],
    column: str,
    motion: str,
    opposition: str | None,
    coded: dict[str, Any],
    value: float | str | None,
    source: str,
) -> None:
    indicator = read_indicator(f"{FAMILY}.{column}", motion, opposition, **coded)
    assert (indicator.value, indicator.source) == (value, source)
