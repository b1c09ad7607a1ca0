"""docs/security.md names the tests that try each promise: they exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def test_each_promise_names_a_test_that_exists() -> None:
    rows = [
        line
        for line in (ROOT / "docs" / "security.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and not line.startswith("| promise")
    ]
    assert len(rows) > 20
    for row in rows:
        named = NAMED.findall(row)
        assert named, row
        for path, name in named:
            assert (ROOT / path).is_file(), row
            assert f"def {name or 'test_'}" in (ROOT / path).read_text(encoding="utf-8"), row
