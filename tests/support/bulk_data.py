"""Bulk data as CourtListener and the Caselaw Access Project publish it, small."""

import bz2
import json
import lzma
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

OPINION_COLUMNS = (
    *("id", "date_created", "author_str", "type", "plain_text", "html", "html_lawbox"),
    *("html_columbia", "html_anon_2020", "xml_harvard", "html_with_citations", "cluster_id"),
)
CLUSTER_COLUMNS = (
    *("id", "judges", "date_filed", "case_name", "source", "syllabus", "precedential_status"),
    "docket_id",
)
DOCKET_COLUMNS = ("id", "date_filed", "case_name", "docket_number", "cause", "court_id")
CITATION_COLUMNS = ("id", "volume", "reporter", "page", "type", "cluster_id")


def as_csv(columns: Sequence[str], rows: Iterable[dict[str, Any]], escape: str = '"') -> str:
    """Return a table as PostgreSQL's COPY writes it: every value quoted, null left out."""

    def cell(value: Any) -> str:
        if value is None:
            return ""
        text = str(value)
        if escape == "\\":
            text = text.replace("\\", "\\\\")
        return '"' + text.replace('"', f'{escape}"') + '"'

    lines = [",".join(columns)]
    lines += [",".join(cell(row.get(name)) for name in columns) for row in rows]
    return "\n".join(lines) + "\n"


def write_tables(
    folder: Path,
    opinions: Sequence[dict[str, Any]],
    clusters: Sequence[dict[str, Any]],
    dockets: Sequence[dict[str, Any]],
    citations: Sequence[dict[str, Any]] = (),
    escape: str = '"',
) -> None:
    """Write the tables of one date, compressed."""
    folder.mkdir(exist_ok=True)
    for name, columns, rows in (
        ("opinions", OPINION_COLUMNS, opinions),
        ("opinion-clusters", CLUSTER_COLUMNS, clusters),
        ("dockets", DOCKET_COLUMNS, dockets),
        ("citations", CITATION_COLUMNS, citations),
    ):
        text = as_csv(columns, rows, escape)
        (folder / f"{name}-2025-12-31.csv.bz2").write_bytes(bz2.compress(text.encode()))


def cap_case(number: int, text: str, **changed: Any) -> dict[str, Any]:
    """Return a case as volumes of static.case.law have it."""
    return {
        "id": number,
        "name": f"ACME {number}, Plaintiff v. ROE, Defendant",
        "name_abbreviation": f"Acme {number} v. Roe",
        "decision_date": "2016-03-01",
        "docket_number": f"No. 16 C {number}",
        "citations": [{"type": "official", "cite": f"{number} F. Supp. 3d 1"}],
        "court": {
            "id": 9,
            "name": "United States District Court for the Northern District of Illinois",
            "name_abbreviation": "N.D. Ill.",
        },
        "jurisdiction": {"id": 39, "name": "U.S.", "name_long": "United States"},
        "casebody": {
            "judges": ["Lee, District Judge"],
            "parties": [],
            "opinions": [
                {"type": "majority", "author": "LEE", "text": text},
                {"type": "dissent", "author": "X", "text": "I would have granted it."},
            ],
            "attorneys": [],
            "head_matter": "ACME v. ROE",
        },
        **changed,
    }


def write_volume(path: Path, cases: Sequence[Any]) -> None:
    """Write a volume of static.case.law."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("metadata/VolumeMetadata.json", "{}")
        archive.writestr("metadata/CasesMetadata.json", json.dumps(cases))
        for number, case in enumerate(cases, start=1):
            words = case if isinstance(case, str) else json.dumps(case)
            archive.writestr(f"json/{number:04}-01.json", words)
            archive.writestr(f"html/{number:04}-01.html", "<p>not read</p>")


def write_export(path: Path, cases: Sequence[dict[str, Any]]) -> None:
    """Write an export of the former site: a BagIt folder in an archive."""
    lines = [
        json.dumps({**case, "casebody": {"status": "ok", "data": case["casebody"]}})
        for case in cases
    ]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Illinois-text/bagit.txt", "BagIt-Version: 0.97")
        archive.writestr(
            "Illinois-text/data/data.jsonl.xz", lzma.compress("\n".join(lines).encode())
        )
