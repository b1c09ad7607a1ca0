"""Motion type: what interim relief is sought, by whom, against whom and on what notice."""

from data.schema import Motion
from features.document import Papers
from features.indicators import Column, Indicator, read_choice, read_yes_no, value_column

FAMILY = "motion_type"
COLUMNS = (
    value_column(f"{FAMILY}.motion_type", "motion_type", "type of motion"),
    value_column(f"{FAMILY}.relief_form", "relief_form", "form of relief"),
    value_column(f"{FAMILY}.notice", "notice", "notice to the opponent"),
    value_column(f"{FAMILY}.movant_type", "movant_type", "movant"),
    value_column(f"{FAMILY}.respondent_type", "respondent_type", "opponent"),
    Column(f"{FAMILY}.pro_se", "movant appears pro se", field="pro_se"),
    Column(
        f"{FAMILY}.class_or_mdl", "class action or multidistrict litigation", field="class_or_mdl"
    ),
)


def build(motion: Motion, papers: Papers) -> dict[str, Indicator]:
    """Return this family's indicators for one motion, by column name."""
    hits = papers.hits_by_field
    fields = ("motion_type", "relief_form", "notice", "movant_type", "respondent_type")
    choices = {f"{FAMILY}.{field}": read_choice(motion, hits, field) for field in fields}
    yes_no = {
        f"{FAMILY}.{field}": read_yes_no(motion, hits, field)
        for field in ("pro_se", "class_or_mdl")
    }
    return choices | yes_no
