"""A docket of 200 rows as an analyst keeps it, in each dialect, is scored as the plain one is."""

import csv
import io
import json
import os
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from openpyxl import Workbook, load_workbook
from typer.testing import CliRunner

from data.courts import court_citation, find_court
from data.embedded import embedded_rulings
from enjoin import app
from serve.backtest.join import read_outcomes

N = 200
KINDS = {
    "preliminary_injunction": ("PI", "prelim. inj.", "Motion for Preliminary Injunction"),
    "tro": ("temporary restraining order", "T.R.O.", "Emergency Motion for a TRO"),
    "tro_and_pi": ("TRO/PI", "TRO and preliminary injunction", "tro & prelim inj"),
    "stay": ("Stay", "Motion to Stay", "stay of agency action"),
    "injunction_pending_appeal": ("Injunction pending appeal",) * 3,
    "statutory_injunction": ("10(j) injunction", "Section 13(b)", "statutory injunction"),
}
PRO_SE = {True: ("yes", "Y", "TRUE"), False: ("No", "n", "false"), None: ("", "N/A", "")}
RULINGS = [
    row
    for row in embedded_rulings()[::5]
    if row.court and find_court(row.court).level == "federal_district"
][:N]
PLAIN = [
    {
        "id": f"m{number}",
        "caption": f"Peña v. Møller § {number}",
        "court": row.court,
        "docket_number": f"{number:02d}-cv-{number:05d}",
        "decided": "2025",
        "motion_type": row.motion_type.value,
        "pro_se": row.pro_se,
        "motion": f"{row.motion[:400]} “At once,” – Peña says.",
    }
    for number, row in enumerate(RULINGS)
]
"""The motions as the schema has them."""
KEPT = [
    {
        "Ref": row["id"],
        "Case Name": row["caption"],
        "Court": court_citation(str(row["court"])),
        "Case No.": row["docket_number"],
        "Filed": f"{number % 12 + 1}/{number % 28 + 1}/2025",
        "Motion Type": KINDS[str(row["motion_type"])][number % 3],
        "Pro Se?": PRO_SE[row["pro_se"]][number % 3],  # type: ignore[index]
        "Brief": row["motion"],
        "Our Notes": "nothing; really",
    }
    for number, row in enumerate(PLAIN)
]
"""The same motions as an analyst keeps them."""


def _invoke(*arguments: object) -> Any:
    return CliRunner().invoke(app, list(map(str, arguments)), env={"COLUMNS": "400"})


def _csv(separator: str = ",") -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(KEPT[0]), delimiter=separator, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(KEPT)
    return text.getvalue()


def _xlsx(path: Path) -> None:
    book = Workbook()
    book.active.title = "Read me"  # type: ignore[union-attr]
    book.active.append(["Pending motions of the fund"])  # type: ignore[union-attr]
    sheet = book.create_sheet("Docket")
    sheet.append(["Docket as of February 16, 2025"])
    sheet.append([])
    sheet.append(list(KEPT[0]))
    for number, row in enumerate(KEPT):
        filed = datetime.strptime(str(row["Filed"]), "%m/%d/%Y")
        sheet.append(list((row | {"Filed": filed if number % 2 else row["Filed"]}).values()))
    book.save(path)


def _ods(path: Path) -> None:
    """Write the least OpenDocument spreadsheet that holds the rows."""
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = [list(KEPT[0]), *(list(row.values()) for row in KEPT)]
    body = "".join(
        f"<table:table-row>{''.join(cell.format(escape(str(v))) for v in row)}</table:table-row>"
        for row in rows
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body>'
        f'<office:spreadsheet><table:table table:name="Docket">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<?xml version="1.0"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("mimetype", kind)
        out.writestr("META-INF/manifest.xml", manifest)
        out.writestr("content.xml", content)


@pytest.fixture(scope="module")
def expected(trained: Any, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("plain")
    source, output = folder / "plain.jsonl", folder / "out.jsonl"
    source.write_text("\n".join(map(json.dumps, PLAIN)), encoding="utf-8")
    result = _invoke("score", source, output, "--jobs", 1, "--keep", "court", "--keep", "caption")
    assert result.exit_code == 0, result.output
    assert "How the table was read" not in result.output  # nothing to say of it
    return [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]


def _scored(source: Path, *options: object) -> tuple[Any, list[dict[str, Any]]]:
    output = source.with_name("out.jsonl")
    kept = ("--keep", "court", "--keep", "caption")
    result = _invoke("score", source, output, "--jobs", 1, *kept, *options)
    lines = output.read_text(encoding="utf-8").splitlines() if output.exists() else []
    return result, [json.loads(line) for line in lines]


@pytest.mark.parametrize(
    ("name", "separator", "encoding", "told"),
    [
        ("commas.csv", ",", "utf-8", ""),
        ("bom.csv", ",", "utf-8-sig", ""),
        ("semicolons.csv", ";", "utf-8", "semicolons between columns"),
        ("excel.csv", ";", "cp1252", "Windows-1252 text, semicolons between columns"),
        ("ansi.csv", ",", "cp1252", "Windows-1252 text"),
        ("mac.csv", ",", "mac_roman", "Mac Roman text"),
        ("tabs.tsv", "\t", "utf-8", ""),
        ("unicode.csv", "\t", "utf-16", "UTF-16 text, tabs between columns"),
        ("unmarked.csv", ",", "utf-16-le", "UTF-16 text"),
        ("bars.csv", "|", "utf-8", "bars between columns"),
    ],
)
def test_a_text_of_any_dialect_is_scored(
    expected: list[dict[str, Any]],
    tmp_path: Path,
    name: str,
    separator: str,
    encoding: str,
    told: str,
) -> None:
    source = tmp_path / name
    source.write_bytes(_csv(separator).encode(encoding))
    result, rows = _scored(source)
    assert result.exit_code == 0, result.output
    assert rows == expected
    output = " ".join(result.output.split())
    assert f"{name}: {told}" in output if told else "read " not in output.split("How the")[0]
    for words in ("Case Name", "motion_type", "= tro", "N.D. Ill. = ilnd", "Our Notes"):
        assert words in output


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xlsx.gz"])
def test_a_workbook_is_scored(expected: list[dict[str, Any]], tmp_path: Path, kind: str) -> None:
    source = tmp_path / f"docket.{kind.removesuffix('.gz')}"
    if kind == "ods":
        pytest.importorskip("python_calamine")
        _ods(source)
    else:
        _xlsx(source)
    if kind.endswith(".gz"):
        import gzip

        packed = tmp_path / "docket.xlsx.gz"
        packed.write_bytes(gzip.compress(source.read_bytes()))
        source = packed
    result, rows = _scored(source)
    assert result.exit_code == 0, result.output
    assert rows == expected
    if kind == "xlsx":
        told = " ".join(result.output.split())  # a long path breaks lines anywhere
        assert 'docket.xlsx: the sheet "Docket", its header in row 3' in told


def test_standard_input_may_be_a_workbook(expected: list[dict[str, Any]], tmp_path: Path) -> None:
    _xlsx(tmp_path / "docket.xlsx")
    output = tmp_path / "out.csv"
    content = (tmp_path / "docket.xlsx").read_bytes()
    arguments = ["score", "-", str(output), "--jobs", "1"]
    result = CliRunner().invoke(app, arguments, input=content)
    assert result.exit_code == 0, result.output
    with output.open(encoding="utf-8") as file:
        assert [row["id"] for row in csv.DictReader(file)] == [row["id"] for row in expected]


def test_scores_go_to_a_workbook(expected: list[dict[str, Any]], tmp_path: Path) -> None:
    source, outputs = tmp_path / "docket.xlsx", [tmp_path / "a.xlsx", tmp_path / "b.xlsx"]
    _xlsx(source)
    for output in outputs:
        result = _invoke("score", source, output, "--jobs", 1, "--keep", "caption")
        assert result.exit_code == 0, result.output
    assert outputs[0].read_bytes() == outputs[1].read_bytes()
    sheet = load_workbook(outputs[0])["scores"]
    head, *rows = sheet.iter_rows(values_only=True)
    found = [dict(zip(head, row, strict=True)) for row in rows]
    assert [row["id"] for row in found] == [row["id"] for row in expected]
    assert [row["caption"] for row in found] == [row["caption"] for row in expected]
    # Excel keeps fifteen digits.
    assert [row["p_grant"] for row in found] == pytest.approx([row["p_grant"] for row in expected])


def test_mostly_valid_utf8_stays_utf8(expected: list[dict[str, Any]], tmp_path: Path) -> None:
    source = tmp_path / "mixed.csv"
    lines = _csv().encode("utf-8").split(b"\r\n")
    lines[7] = lines[7].decode("utf-8").encode("cp1252")
    source.write_bytes(b"\r\n".join(lines))
    result, rows = _scored(source)
    assert result.exit_code == 3, result.output
    assert "Windows-1252" not in result.output
    assert rows == [row for row in expected if row["id"] != "m6"]
    (reject,) = (tmp_path / "out.jsonl.rejects.jsonl").read_text().splitlines()
    assert json.loads(reject)["row"] == 7


def test_columns_are_named_by_map(expected: list[dict[str, Any]], tmp_path: Path) -> None:
    source = tmp_path / "own.csv"
    source.write_text(_csv().replace("Motion Type", "Art", 1).replace("Brief", "Worte", 1))
    refused, _ = _scored(source)
    assert refused.exit_code == 2
    assert "lacks the required field(s) motion_type, motion" in " ".join(refused.output.split())
    assert '--map "Your column=field"' in " ".join(refused.output.split())
    result, rows = _scored(source, "--map", "Art=motion_type", "--map", "Worte=motion")
    assert result.exit_code == 0, result.output
    assert rows == expected
    assert "motion_type (--map)" in result.output
    for wrong, words in (
        ("Art", "expected"),
        ("Art=kind", "kind is not a field"),
        ("Artt=motion_type", "no column Artt"),
    ):
        answer, _ = _scored(source, "--map", wrong)
        assert answer.exit_code == 2
        assert words in " ".join(answer.output.split())


def test_what_is_not_understood_is_rejected_with_the_allowed_values(
    trained: Any, tmp_path: Path
) -> None:
    source = tmp_path / "wrong.csv"
    head = "Motion Type,Court,Filed,Pro Se,Case No.,Brief"
    wrong = [
        "permanent injunction,ilnd,2025,,1,The sale must stop.",
        "TRO,N.D. Atlantis,2025,,2,The sale must stop.",
        "TRO,ilnd,2/30/2025,,3,The sale must stop.",
        "TRO,ilnd,1/1/20210,,4,The sale must stop.",
        "TRO,ilnd,2025,perhaps,5,The sale must stop.",
        "TRO,ilnd,2025,,1.23457E+17,The sale must stop.",
        "TRO,ilnd,2025,,#REF!,The sale must stop.",
    ]
    good = "TRO,9th Cir.,16/2/2025,x,8,The sale must stop."
    source.write_text("\n".join([head, *wrong, good]), encoding="utf-8")
    result, rows = _scored(source)
    assert result.exit_code == 3, result.output
    assert [row["court"] for row in rows] == ["ca9"]
    assert "9th Cir. (ca9) hears appeals" in " ".join(result.output.split())
    lines = (tmp_path / "out.jsonl.rejects.jsonl").read_text(encoding="utf-8").splitlines()
    rejects = [json.loads(line) for line in lines]
    expected_words = [
        "one of preliminary_injunction, tro",
        "Bluebook form (N.D. Ill.)",
        "expected a date",
        "expected a date",
        "valid boolean",
        "rounded this number",
        "not an error of Excel",
    ]
    for reject, words in zip(rejects, expected_words, strict=True):
        assert words in reject["reasons"][0]
        assert "Motion Type" in reject["raw"]  # the row as it stands


def test_why_tells_the_reasons_for_out_of_scope(trained: Any, tmp_path: Path) -> None:
    source = tmp_path / "recipe.csv"
    recipe = "Whisk the eggs with sugar and fold in the flour; bake the cake until golden."
    source.write_text(f"id,motion_type,motion\ncake,tro,{recipe}\n", encoding="utf-8")
    output = tmp_path / "out.csv"
    plain = _invoke("score", source, output)
    assert "1 of 1 motion out of scope: --why tells the reasons" in plain.output
    told = _invoke("score", source, output, "--why")
    assert told.exit_code == 0, told.output
    with output.open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    for reason in row["why_out_of_scope"].split("; "):
        assert reason.split(" (")[0] in " ".join(told.output.split())
    assert "cake" in told.output


def test_the_template_is_scored_as_it_is(trained: Any, tmp_path: Path) -> None:
    template, output = tmp_path / "docket.xlsx", tmp_path / "scored.csv"
    assert _invoke("data", "template", template).exit_code == 0
    assert _invoke("data", "template", template).exit_code == 2  # it exists
    result = _invoke("score", template, output)
    assert result.exit_code == 0, result.output
    assert os.path.getsize(output) > 0


def test_one_motion_is_predicted_from_a_table(trained: Any, tmp_path: Path) -> None:
    source = tmp_path / "one.csv"
    source.write_bytes("\r\n".join(_csv(";").split("\r\n")[:2]).encode("cp1252"))
    result = _invoke("predict", source, "--json", "--set", "motion_type=T.R.O.")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    plain = PLAIN[0] | {"motion_type": "tro"}
    (tmp_path / "plain.json").write_text(json.dumps(plain), encoding="utf-8")
    expected = json.loads(_invoke("predict", tmp_path / "plain.json", "--json").stdout)
    assert answer["p_grant"] == expected["p_grant"]
    assert "Case Name" in result.stderr
    wrong = _invoke("predict", source, "--map", "Nothing=court")
    assert wrong.exit_code == 2
    assert "no column Nothing" in wrong.output


def test_rulings_of_a_table_are_checked(trained: Any, tmp_path: Path) -> None:
    source = tmp_path / "rulings.csv"
    head = "Ref,Filed,Motion Type,Brief,Ours"
    row = "r{0},3/1{0}/2025,PI,The owner asks the court to stop sale {0}.,Granted in part"
    source.write_text("\n".join([head, row.format(1), row.format(2)]), encoding="utf-8")
    assert _invoke("data", "check", source).exit_code == 2
    result = _invoke("data", "check", source, "--map", "Ours=outcome")
    assert result.exit_code == 0, result.output
    assert "Rulings that fit the schema: 2" in result.output
    assert "outcome (--map)" in result.output


def test_a_map_that_no_row_has_is_told(trained: Any, tmp_path: Path) -> None:
    source = tmp_path / "m.jsonl"
    source.write_text(json.dumps({"motion_type": "tro", "motion": "Stop the sale."}))
    result, _ = _scored(source, "--map", "Kind=notice")
    assert result.exit_code == 0
    assert "no row has the column Kind (--map)" in result.output


RULINGS_HEAD = "Ref,Filed,Motion Type,Brief,Ours"
RULINGS_ROW = "r{0},3/1/20{0:02d},PI,The owner of lot {0} asks the court to stop its sale.,{1}"


def _rulings(folder: Path, n: int = 24) -> Path:
    """Write rulings whose outcomes are under a header that no synonym knows."""
    source = folder / "rulings.csv"
    outcomes = ("Granted", "Denied", "Granted in part")
    rows = [RULINGS_ROW.format(number, outcomes[number % 3]) for number in range(1, n + 1)]
    source.write_text("\n".join([RULINGS_HEAD, *rows]), encoding="utf-8")
    return source


@pytest.mark.parametrize(
    "command",
    [
        ("data", "check"),
        ("data", "audit"),
        ("data", "describe", "--rulings"),
        ("data", "duplicates"),
    ],
    ids=" ".join,
)
def test_commands_of_rulings_take_own_columns(tmp_path: Path, command: tuple[str, ...]) -> None:
    source = _rulings(tmp_path)
    result = _invoke(*command, source, "--map", "Ours=outcome")
    assert result.exit_code in (0, 3), result.output
    assert "outcome (--map)" in result.output
    wrong = _invoke(*command, source, "--map", "Ourz=outcome")
    assert wrong.exit_code == 2
    assert "column Ourz" in " ".join(wrong.output.split())
    embedded = _invoke("data", "describe", "--map", "Ours=outcome")
    assert embedded.exit_code == 2


@pytest.mark.parametrize("command", ["train", "evaluate", "tune", "compare-design"])
def test_commands_that_fit_take_own_columns(tmp_path: Path, command: str) -> None:
    # Too few rulings to fit: what matters is that they were read.
    result = _invoke(command, "--rulings", _rulings(tmp_path, 6), "--map", "Ours=outcome")
    assert result.exit_code == 2
    assert "outcome (--map)" in result.output
    without = _invoke(command, "--rulings", _rulings(tmp_path, 6))
    assert without.exit_code == 2
    assert "lacks the required field(s) outcome" in " ".join(without.output.split())


def test_backtest_and_docket_take_own_columns(trained: Any, tmp_path: Path) -> None:
    source, scored = tmp_path / "own.csv", tmp_path / "scored.csv"
    text = _csv().replace("Motion Type", "Art", 1).replace("Case Name", "Wer", 1)
    source.write_text("\r\n".join(text.split("\r\n")[:21]), encoding="utf-8")
    named = ("--map", "Art=motion_type", "--map", "Wer=caption")
    assert _invoke("score", source, scored, "--jobs", 1, *named).exit_code == 0
    outcomes = tmp_path / "outcomes.csv"
    lines = [f"m{number},{('GRANTED', 'Denied')[number % 2]}" for number in range(20)]
    outcomes.write_text("\n".join(["Unser Zeichen,Ergebnis", *lines]), encoding="utf-8")
    more = ("--map", "Unser Zeichen=id", "--map", "Ergebnis=outcome")
    judged = _invoke("backtest", scored, outcomes, "--motions", source, *named, *more)
    assert judged.exit_code in (0, 3), judged.output
    for words in ("outcome (--map)", "How outcomes.csv was read", "How own.csv was read"):
        assert words in " ".join(judged.output.split())
    wrong = _invoke("backtest", scored, outcomes, *more, "--map", "Wo=court")
    assert wrong.exit_code == 2
    assert "no table has the column Wo" in " ".join(wrong.output.split())
    page = tmp_path / "docket.html"
    shown = _invoke("docket", scored, page, "--motions", source, *named)
    assert shown.exit_code == 0, shown.output
    assert "caption (--map)" in shown.output
    assert "Møller § 3" in page.read_text(encoding="utf-8")
    assert _invoke("docket", scored, page, *named).exit_code == 2


def test_outcomes_are_read_as_people_write_them(trained: Any, tmp_path: Path) -> None:
    path = tmp_path / "outcomes.csv"
    path.write_text("Ref;Disposition\na;Granted\nb;denied\n", encoding="utf-8")
    assert [(row.id, row.outcome) for row in read_outcomes(str(path)).rows] == [
        ("a", "granted"),
        ("b", "denied"),
    ]


def test_agreement_takes_own_columns(tmp_path: Path) -> None:
    for name, header in (("ann", "Evidence"), ("bob", "Beleg")):
        lines = [f"r{number},Allegation" for number in range(12)]
        text = "\n".join([f"Ref,{header}", *lines])
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    files = (tmp_path / "ann.csv", tmp_path / "bob.csv")
    result = _invoke("data", "agreement", *files, "--map", "Beleg=harm_evidence", "--json")
    assert result.exit_code == 0, result.output
    assert "harm_evidence (--map)" in result.output
    assert '"harm_evidence"' in result.stdout


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_quotes_after_backslashes_are_scored(
    expected: list[dict[str, Any]], tmp_path: Path, separator: str
) -> None:
    text = io.StringIO()
    styles = {"doublequote": False, "escapechar": "\\", "quoting": csv.QUOTE_ALL}
    writer = csv.DictWriter(text, list(KEPT[0]), delimiter=separator, **styles)  # type: ignore[arg-type]
    writer.writeheader()
    told = 'She said: "wait", and left.'
    writer.writerows(row | {"Brief": f"{row['Brief']} {told}"} for row in KEPT[:20])
    (tmp_path / "bulk.csv").write_text(text.getvalue(), encoding="utf-8")
    (tmp_path / "doubled.csv").write_text(text.getvalue().replace('\\"', '""'), encoding="utf-8")
    result, rows = _scored(tmp_path / "bulk.csv")
    assert result.exit_code == 0, result.output
    assert "quotes within cells after backslashes" in " ".join(result.output.split())
    plain, doubled = _scored(tmp_path / "doubled.csv")
    assert plain.exit_code == 0
    assert rows == doubled
    assert len(rows) == 20
