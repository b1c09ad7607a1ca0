"""Levers: what a party could still bring about before the ruling (`levers.toml`)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cache
from importlib.resources import files
from typing import Any, Literal, cast

from data.schema import Motion, allowed_values, is_list

Party = Literal["movant", "opponent"]
Action = Literal["to", "add", "remove"]
Condition = Mapping[str, tuple[str, ...]]
"""Values by field; a motion meets it if it has any of them."""
PARTIES: tuple[Party, ...] = ("movant", "opponent")
ORDERED_FIELDS = ("harm_evidence", "remedial_scope")
"""Fields whose allowed values run from weaker to stronger."""
CONDITION_FIELDS = ("claim_area", "harm_types", "movant_type", "respondent_type")
"""Fields that say what a motion is about, on which it may depend whether a lever makes sense."""
_ACTIONS = ("to", "add", "remove")
_CONDITIONS = ("only_for", "not_for")


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
    only_for, not_for
        The motions for which it makes sense, or does not; empty for all, or for none.
    reason
        Why not for others.
    """

    party: Party
    label: str
    field: str
    action: Action
    value: Any
    when: tuple[Any, ...] = ()
    only_for: Condition = dataclass_field(default_factory=dict)
    not_for: Condition = dataclass_field(default_factory=dict)
    reason: str = ""

    def makes_sense(self, motion: Mapping[str, Any]) -> bool:
        """Tell whether a party to such a motion could do this.

        Parameters
        ----------
        motion
            Present values of `CONDITION_FIELDS`. Of a motion that shows none of them, nothing is
            known that a lever with `only_for` could make sense for.
        """
        return not _meets(motion, self.not_for) and (
            not self.only_for or _meets(motion, self.only_for)
        )

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


def _meets(motion: Mapping[str, Any], condition: Condition) -> bool:
    for name, values in condition.items():
        shown = motion.get(name)
        held = shown if isinstance(shown, tuple) else (shown,)
        if set(held) & set(values):
            return True
    return False


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
    expected_keys = {"party", "label", "field", "when", "reason", *_ACTIONS, *_CONDITIONS}
    if len(actions) != 1 or set(table) - expected_keys or not table.get("label"):
        raise LeverError(
            f"{lever}: expected party, label, field, one of {', '.join(_ACTIONS)}, and "
            f"optionally when, {', '.join(_CONDITIONS)} and reason"
        )
    if table.get("party") not in PARTIES:
        raise LeverError(f"{lever}: party must be one of {', '.join(PARTIES)}")
    name, action = str(table.get("field")), cast(Action, actions[0])
    if name not in Motion.model_fields:
        raise LeverError(f"{lever}: {name!r} is not a field of a motion (see `enjoin schema`)")
    if is_list(name) != (action != "to"):
        expected = "add or remove" if is_list(name) else "to"
        raise LeverError(f"{lever}: {name} takes {expected}")
    allowed = allowed_values(name) or (True, False)
    when = tuple(table.get("when", ()))
    for value in (table[action], *when):
        if value not in allowed:
            raise LeverError(f"{lever}: {value!r} is not a value of {name}; allowed: {allowed}")
    only_for, not_for = (_read_condition(lever, table.get(name, {})) for name in _CONDITIONS)
    reason = str(table.get("reason", ""))
    if bool(only_for or not_for) != bool(reason):
        raise LeverError(f"{lever}: {' or '.join(_CONDITIONS)} and a reason go together")
    return Lever(
        table["party"],
        table["label"],
        name,
        action,
        table[action],
        when,
        only_for,
        not_for,
        reason,
    )


def _read_condition(lever: str, table: Any) -> Condition:
    """Read `only_for` or `not_for`: a table of fields and their values."""
    if not isinstance(table, dict) or not all(isinstance(given, list) for given in table.values()):
        raise LeverError(f"{lever}: expected a field and a list of its values")
    for name, given in table.items():
        if name not in CONDITION_FIELDS:
            raise LeverError(f"{lever}: {name!r} is not one of {', '.join(CONDITION_FIELDS)}")
        if unknown := set(given) - set(allowed_values(name)):
            raise LeverError(f"{lever}: {min(unknown)!r} is not a value of {name}")
    return {name: tuple(given) for name, given in table.items()}
