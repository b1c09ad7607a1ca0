"""How often motions with each coded value were granted, for what-if to say how much it knows."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from data.arrays import Flags
from data.schema import Motion, allowed_values, is_list

ValueOutcomes = dict[str, dict[str, list[int]]]
"""By field and value, the number of training rulings coded with it, and of those granted."""
YES_NO = ("true", "false")
"""The values of a yes-no field in `ValueOutcomes`, as JSON writes them."""


def count_value_outcomes(motions: Sequence[Motion], granted: Flags) -> ValueOutcomes:
    """Count the motions with each coded value, and those of them that were granted.

    Only codings count: what phrases read is often wrong, and rare values are what matters here.

    Parameters
    ----------
    motions
        n motions.
    granted
        n labels.
    """
    outcomes: ValueOutcomes = {}
    for field, values in _counted_fields().items():
        rulings: Counter[str] = Counter()
        grants: Counter[str] = Counter()
        for motion, is_granted in zip(motions, granted.tolist(), strict=True):
            coded = getattr(motion, field)
            held = (coded or ()) if is_list(field) else () if coded is None else (coded,)
            names = [value_name(value) for value in held]
            rulings.update(names)
            grants.update(names if is_granted else ())
        outcomes[field] = {value: [rulings[value], grants[value]] for value in values}
    return outcomes


def value_name(value: Any) -> str:
    """Return a coded value as `ValueOutcomes` names it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _counted_fields() -> dict[str, tuple[str, ...]]:
    """Return the fields with a fixed set of values, and these."""
    fields = {name: allowed_values(name) for name in Motion.model_fields}
    annotated = Motion.model_json_schema()["properties"]
    for name, schema in annotated.items():
        if any(part.get("type") == "boolean" for part in schema.get("anyOf", ())):
            fields[name] = YES_NO
    return {name: values for name, values in fields.items() if values}
