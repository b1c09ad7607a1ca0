"""Cells of typed columns."""

import math
import uuid
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from data.io.cells import plain_value

ID = uuid.UUID("4f3f2898-69e3-5a0d-820a-c4e87987dbce")


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (ID, str(ID)),
        (ID.bytes, str(ID)),
        (b"caf\xc3\xa9", "café"),
        (b"\xff", b"\xff"),
        (Decimal("17"), 17),
        (Decimal("9007199254740993"), 9007199254740993),
        (Decimal("1.50"), 1.5),
        (Decimal("1e5000"), math.inf),
        (Decimal("-Infinity"), -math.inf),
        (10**320, 10**320),
        (np.int64(3), 3),
        (np.array(["a", None]), ["a"]),
        ([{"element": "voting"}, None], ["voting"]),
        ([("harm_types", ["quote"])], {"harm_types": ["quote"]}),
        ({"harm_types": [b"quote"]}, {"harm_types": ["quote"]}),
        (True, True),
        ([], []),
    ],
)
def test_a_cell_is_what_it_says(value: Any, plain: Any) -> None:
    found = plain_value(value)
    assert found == plain
    assert type(found) is type(plain)


def test_a_number_that_python_would_not_write_is_infinite() -> None:
    assert plain_value(10**5000) == math.inf
    assert plain_value(-(10**5000)) == -math.inf
