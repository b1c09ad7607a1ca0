"""The workbook to fill in."""

import io

from openpyxl import load_workbook

from data.io.load import check_rows
from data.schema import Motion, allowed_values, is_list
from data.template import FIELDS, SHEET, VALUES, choices, template_fields, write_template


def _written() -> bytes:
    stream = io.BytesIO()
    write_template(stream)
    return stream.getvalue()


def test_it_has_a_column_for_each_field_and_one_example() -> None:
    book = load_workbook(io.BytesIO(_written()))
    assert book.sheetnames == [SHEET, FIELDS, VALUES]
    head, example, *others = book[SHEET].iter_rows(values_only=True)
    assert head == template_fields()
    assert not [row for row in others if any(row)]
    checked = check_rows([dict(zip(head, example, strict=True))], Motion)
    assert [reject.row for reject in checked.rejects] == [1]  # lists are text in a cell


def test_drop_down_lists_offer_the_allowed_values() -> None:
    book = load_workbook(io.BytesIO(_written()))
    rules = {
        str(rule.sqref).split("2:")[0]: rule
        for rule in book[SHEET].data_validations.dataValidation
        if rule.type == "list"
    }
    heads = {cell.column_letter: cell.value for cell in book[SHEET][1]}
    assert {heads[letter] for letter in rules} == set(filter(choices, template_fields()))
    for letter, rule in rules.items():
        offered = [cell[0].value for cell in book[VALUES][rule.formula1.split("!")[1]]]
        assert tuple(offered) == choices(heads[letter])
        # Several values of a list are typed, so others than those offered are let through.
        assert bool(rule.showErrorMessage) is not is_list(heads[letter])
    assert choices("motion_type") == allowed_values("motion_type")
    assert choices("pro_se") == ("yes", "no")
    assert choices("motion") == ()


def test_it_is_the_same_each_time() -> None:
    assert _written() == _written()
