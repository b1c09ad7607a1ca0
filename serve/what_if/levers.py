"""Levers: what a party could still bring about before the ruling (`levers.toml`)."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, cast

from data.schema import Motion, allowed_values, is_list

Party = Literal["movant", "opponent"]
Action = Literal["to", "add", "remove"]
PARTIES: tuple[Party, ...] = ("movant", "opponent")
ORDERED_FIELDS = ("harm_evidence", "remedial_scope")
"""Fields whose allowed values run from weaker to stronger."""
_ACTIONS = ("to", "add", "remove")


class LeverError(ValueError):
    """An unusable lever; the message names it and what was expected."""


@dataclass(frozen=True)
class Lever:
    """One thing a party could do.

    Attributes
    ----------
    label
        What the party does, as a predicate: "opposes the motion".
    field, action, value
        The field changed; whether the value becomes the field's ("to"), or joins or leaves its
        list ("add", "remove"); and the value.
    when
        Current values of the field for which the lever makes sense; empty for any.
    """

    party: Party
    label: str
    field: str
    action: Action
    value: Any
    when: tuple[Any, ...] = ()

    def apply(self, current: Any) -> Any:
        """Return the field's new value, or None if the lever would change nothing.

        Parameters
        ----------
        current
            The field's present value; None if not shown. A field that is not shown can gain a
            value, but has none to remove.
        """
        if self.when and current not in self.when:
            return None
        if self.action == "to":
            values = allowed_values(self.field)
            if self.field in ORDERED_FIELDS and current is not None:
                stronger = values.index(current) < values.index(self.value)
                return self.value if stronger else None
            return None if current == self.value else self.value
        present = self.value in (current or ())
        if self.action == "add":
            return None if present else (*(current or ()), self.value)
        return tuple(value for value in current if value != self.value) if present else None


@cache
def levers() -> tuple[Lever, ...]:
    """Return the levers of `levers.toml`, in file order."""
    return read_levers(files("serve").joinpath("what_if", "levers.toml").read_bytes())


def read_levers(content: bytes) -> tuple[Lever, ...]:
    """Read levers from TOML.

    Raises
    ------
    LeverError
        If the content is not TOML, or a lever is incomplete or names an unknown field or value.
    """
    try:
        tables = tomllib.loads(content.decode()).get("lever", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LeverError(f"serve/what_if/levers.toml: {error}") from None
    return tuple(_read_lever(number, table) for number, table in enumerate(tables, start=1))


def _read_lever(number: int, table: dict[str, Any]) -> Lever:
    lever = f"serve/what_if/levers.toml, lever {number} ({table.get('label', 'no label')!r})"
    actions = [action for action in _ACTIONS if action in table]
    unknown = set(table) - {"party", "label", "field", "when", *_ACTIONS}
    if len(actions) != 1 or unknown or not table.get("label"):
        raise LeverError(
            f"{lever}: expected party, label, field, one of {', '.join(_ACTIONS)}, and "
            "optionally when"
        )
    if table.get("party") not in PARTIES:
        raise LeverError(f"{lever}: party must be one of {', '.join(PARTIES)}")
    field, action = str(table.get("field")), cast(Action, actions[0])
    if field not in Motion.model_fields:
        raise LeverError(f"{lever}: {field!r} is not a field of a motion (see `enjoin schema`)")
    if is_list(field) != (action != "to"):
        expected = "add or remove" if is_list(field) else "to"
        raise LeverError(f"{lever}: {field} takes {expected}")
    allowed = allowed_values(field) or (True, False)
    when = tuple(table.get("when", ()))
    for value in (table[action], *when):
        if value not in allowed:
            raise LeverError(f"{lever}: {value!r} is not a value of {field}; allowed: {allowed}")
    return Lever(table["party"], table["label"], field, action, table[action], when)
