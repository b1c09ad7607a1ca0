"""A workbook to fill in: a column for each field, drop-down lists, and one example."""

from typing import Any, BinaryIO

from data.embedded import clearview_motion
from data.io.workbook_writer import excel_text, save
from data.schema import RATINGS, Motion, allowed_values, is_list

LEFT_OUT = ("quotes", "forecast_spread", "summary", "opposition_summary")
"""Fields that `enjoin code` writes, and people do not."""
FIRST = (
    *("id", "caption", "court", "docket_number", "decided", "judge"),
    *("motion_type", "notice", "claim_area", "motion", "opposition"),
)
"""The columns that come first: what an analyst knows without coding."""
SHEET, FIELDS, VALUES = "Motions", "Fields", "Values"
_ROWS = 5000
"""Rows that have drop-down lists."""
_WIDE = frozenset(("motion", "opposition", "caption"))
_REQUIRED = "FFF2CC"
"""Color of the headers that need a value."""


def template_fields() -> tuple[str, ...]:
    """Return the fields of the template, in its order."""
    others = (name for name in Motion.model_fields if name not in (*FIRST, *LEFT_OUT))
    return (*FIRST, *others)


def write_template(stream: BinaryIO) -> None:
    """Write the workbook: the sheet to fill in, the fields explained, and their allowed values.

    The example is the motion that `enjoin example` prints; the workbook can be scored as it is.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet: Any = book.active
    sheet.title = SHEET
    example = clearview_motion().model_dump(mode="json")
    for number, name in enumerate(template_fields(), start=1):
        letter = get_column_letter(number)
        head = sheet.cell(1, number, name)
        head.font = Font(bold=True)
        if Motion.model_fields[name].is_required():
            head.fill = PatternFill("solid", fgColor=_REQUIRED)
        sheet.cell(2, number, _cell(example[name])).alignment = Alignment(vertical="top")
        sheet.column_dimensions[letter].width = 40 if name in _WIDE else max(14, len(name) + 2)
        if name in ("id", "docket_number"):  # or Excel would round long numbers
            sheet.column_dimensions[letter].number_format = "@"
            for row in range(2, 200):
                sheet.cell(row, number).number_format = "@"
    sheet.freeze_panes = "B2"
    _add_lists(book, sheet)
    _add_explanations(book)
    save(book, stream)


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return ";".join(value) or "[]"
    return excel_text(value) if isinstance(value, str) else value


def choices(name: str) -> tuple[str, ...]:
    """Return what a drop-down list of a field offers; () for free text and numbers."""
    if allowed := allowed_values(name):
        return allowed
    return ("yes", "no") if _is_yes_no(name) else ()


def _is_yes_no(name: str) -> bool:
    schema = Motion.model_json_schema()["properties"][name]
    return any(
        part.get("type") == "boolean" or _is_boolean(part) for part in schema.get("anyOf", ())
    )


def _is_boolean(part: dict[str, Any]) -> bool:
    return any(inner.get("type") == "boolean" for inner in part.get("anyOf", ()))


def _add_lists(book: Any, sheet: Any) -> None:
    """Add the sheet of allowed values, and lists that refer to it: Excel limits those in a cell."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    values = book.create_sheet(VALUES)
    for number, name in enumerate(template_fields(), start=1):
        letter = get_column_letter(number)
        cells = f"{letter}2:{letter}{_ROWS}"
        if name in RATINGS:
            rule = DataValidation("decimal", "between", "1", "5", allow_blank=True)
            rule.error = "A rating from 1 to 5; 5 favors the movant"
        elif offered := choices(name):
            column = values.max_column + 1 if values["A1"].value else 1
            for row, value in enumerate((name, *offered), start=1):
                values.cell(row, column, value)
            source = get_column_letter(column)
            reference = f"{VALUES}!${source}$2:${source}${len(offered) + 1}"
            rule = DataValidation("list", formula1=reference, allow_blank=True)
            rule.error = f"One of: {', '.join(offered)}"[:250]
        else:
            continue
        # Several values with ; between them are typed, and must not be refused.
        rule.showErrorMessage = not (choices(name) and is_list(name))
        rule.add(cells)
        sheet.add_data_validation(rule)


def _add_explanations(book: Any) -> None:
    from openpyxl.styles import Alignment, Font

    sheet = book.create_sheet(FIELDS, 1)
    sheet.append(["field", "required", "what it is", "allowed values"])
    for name in template_fields():
        info = Motion.model_fields[name]
        several = " (several with ; between them)" if is_list(name) else ""
        allowed = ", ".join(choices(name)) + several if choices(name) else ""
        required = "yes" if info.is_required() else ""
        sheet.append([name, required, info.description, allowed])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABCD", (26, 10, 70, 100), strict=True):
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
