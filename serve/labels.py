"""Words for what the schema and the answers name by a key."""

from pydantic import BaseModel, Field

from data.schema import Motion, allowed_values
from features.build import FAMILIES
from features.phrases.lexicon import meaning
from serve.field_labels import FIELD_LABELS
from serve.similar_rulings import SOURCE_WORDS


class Labels(BaseModel):
    """Words for what the schema and the answers name by a key."""

    families: dict[str, str] = Field(description="label of each feature family, in order")
    fields: dict[str, str] = Field(description="label of each field of a motion")
    values: dict[str, dict[str, str]] = Field(description="label of each allowed value, by field")


def all_labels() -> Labels:
    """Return the words for the feature families and for the values of fields."""
    values = {
        field: {value: meaning(field, value) for value in allowed_values(field)}
        for field in Motion.model_fields
        if allowed_values(field)
    }
    values["source_kind"] = dict(SOURCE_WORDS)
    return Labels(families=FAMILIES, fields=FIELD_LABELS, values=values)
