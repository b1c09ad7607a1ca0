"""Levers: what a party could still bring about before the ruling (`levers.toml`)."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, cast

from data.schema import Motion, allowed_values, is_list

Party = Literal["movant", "opponent"]
PARTIES: tuple[Party, ...] = ("movant", "opponent")
SCALES = ("harm_evidence", "remedial_scope")
"""Fields whose values go from weaker to stronger in the codebook's order."""
_KINDS = ("to", "add", "remove")


class LeverError(ValueError):
    """A lever that cannot be used; the message names it and what was expected."""


@dataclass(frozen=True)
class Lever:
    """One thing a party could do.

    `kind` tells what becomes of `value`: the field's new value ("to"), or one that joins or leaves
    a list ("add", "remove"). Where `when` is not empty, the field must hold one of its values.
    """

    party: Party
    says: str
    field: str
    kind: Literal["to", "add", "remove"]
    value: Any
    when: tuple[Any, ...] = ()

    def pull(self, shown: Any) -> Any:
        """Return the field's new value given the one shown, or None where nothing would change.

        A field that is not shown (None) can gain a value, but has none to lose or to turn around.
        """
        if self.when and shown not in self.when:
            return None
        if self.kind == "to":
            values = allowed_values(self.field)
            if self.field in SCALES and shown is not None:
                return self.value if values.index(shown) < values.index(self.value) else None
            return None if shown == self.value else self.value
        has = self.value in (shown or ())
        if self.kind == "add":
            return None if has else (*(shown or ()), self.value)
        return tuple(value for value in shown if value != self.value) if has else None


@cache
def levers() -> tuple[Lever, ...]:
    """Return the levers of `levers.toml`, in file order."""
    return read_levers(files("serve").joinpath("what_if", "levers.toml").read_bytes())


def read_levers(content: bytes) -> tuple[Lever, ...]:
    """Read levers.

    Raises
    ------
    LeverError
        If the content is not TOML, or a lever lacks a part or names an unknown field or value.
    """
    try:
        tables = tomllib.loads(content.decode()).get("lever", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LeverError(f"serve/what_if/levers.toml: {error}") from None
    return tuple(_read(number, table) for number, table in enumerate(tables, start=1))


def _read(number: int, table: dict[str, Any]) -> Lever:
    where = f"serve/what_if/levers.toml, lever {number} ({table.get('says', 'says nothing')!r})"
    kinds = [kind for kind in _KINDS if kind in table]
    unknown = set(table) - {"party", "says", "field", "when", *_KINDS}
    if len(kinds) != 1 or unknown or not table.get("says"):
        raise LeverError(
            f"{where}: expected party, says, field, one of {', '.join(_KINDS)}, and perhaps when"
        )
    if table.get("party") not in PARTIES:
        raise LeverError(f"{where}: party must be one of {', '.join(PARTIES)}")
    field, kind = str(table.get("field")), cast(Literal["to", "add", "remove"], kinds[0])
    if field not in Motion.model_fields:
        raise LeverError(f"{where}: {field!r} is not a field of a motion (see `enjoin schema`)")
    if is_list(field) != (kind != "to"):
        expected = "add or remove" if is_list(field) else "to"
        raise LeverError(f"{where}: {field} takes {expected}")
    allowed = allowed_values(field) or (True, False)
    when = tuple(table.get("when", ()))
    for value in (table[kind], *when):
        if value not in allowed:
            raise LeverError(f"{where}: {value!r} is not a value of {field}; allowed: {allowed}")
    return Lever(table["party"], table["says"], field, kind, table[kind], when)
