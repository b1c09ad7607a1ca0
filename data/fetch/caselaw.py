"""Read volumes of the Caselaw Access Project: archives as it publishes them, and single files.

A volume of static.case.law is a .zip with a file for each case in `json/`; the exports of the
former site are a .zip with `data/data.jsonl.xz`. Both are read a case at a time.
"""

import json
import lzma
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data.court_lookup import look_up_court
from data.fetch.opinion import Opinion, none_if_blank
from data.fetch.tables import decompressed
from data.io.formats import json_rows, jsonl_rows
from data.io.rows import BrokenRow, UnreadableInput, whole_number

MAX_CASE_BYTES = 2**26
"""Bytes of the longest case that is read from an archive, so that none can fill the memory."""
SUFFIXES = (".zip", ".json", ".jsonl", ".jsonl.xz", ".jsonl.gz", ".jsonl.bz2", ".jsonl.zst")
_SEPARATE = re.compile(r"dissent|concur|rehearing|remittitur", re.IGNORECASE)
_SITE = "https://static.case.law"


def caselaw_opinions(path: Path) -> Iterator[tuple[Opinion | BrokenRow, float]]:
    """Yield the opinions of a volume, with the fraction read so far.

    Yields
    ------
    For each case the court's own opinion, without dissents and head matter; a `BrokenRow` with the
    reason for a case that has none. Nothing of its words is in the reason.

    Raises
    ------
    UnreadableInput
        If the file cannot be read to its end.
    """
    try:
        for raw, fraction in _cases(path):
            yield _opinion(raw), fraction
    except (EOFError, OSError, lzma.LZMAError, zipfile.BadZipFile, NotImplementedError) as error:
        raise UnreadableInput(
            f"cannot read {path.name} to its end ({error}): is the download complete?"
        ) from None
    except RuntimeError:  # as zipfile says it
        raise UnreadableInput(f"{path.name} is encrypted; unpack it first") from None


def _cases(path: Path) -> Iterator[tuple[Any, float]]:
    if path.is_dir():
        files = case_files(path)
        for number, file in enumerate(files, start=1):
            for raw, _ in _cases(file):
                yield raw, number / len(files)
        return
    name = path.name.lower()
    if name.endswith(".zip"):
        yield from _cases_of_archive(path)
        return
    size = max(path.stat().st_size, 1)
    with decompressed(path) as (content, raw):
        is_lines = ".jsonl" in name
        rows = jsonl_rows(content) if is_lines else json_rows(content, path.name)
        for row in rows:
            yield row, raw.tell() / size


def case_files(folder: Path) -> list[Path]:
    """Return the files of a folder that hold a case each, as volumes have them unpacked."""
    names = sorted(folder.glob("*.json"))
    return [each for each in names if not each.name.endswith("Metadata.json")]


def _cases_of_archive(path: Path) -> Iterator[tuple[Any, float]]:
    with zipfile.ZipFile(path) as archive:
        members = [each for each in archive.infolist() if _is_of_cases(each.filename)]
        if not members:
            raise UnreadableInput(
                f"{path.name} holds no cases: expected json/*.json, as volumes of {_SITE} have, or "
                "data/data.jsonl.xz"
            )
        for number, member in enumerate(members, start=1):
            with archive.open(member) as stream:
                if ".jsonl" in member.filename:
                    is_xz = member.filename.lower().endswith("xz")
                    lines: Any = lzma.LZMAFile(stream) if is_xz else stream  # noqa: SIM115
                    for row in jsonl_rows(lines):
                        yield row, (number - 1) / len(members)
                    continue
                # Not by the size that the archive announces, which may be false.
                words = stream.read(MAX_CASE_BYTES + 1)
            if len(words) > MAX_CASE_BYTES:
                yield BrokenRow(member.filename, f"less than {MAX_CASE_BYTES >> 20} MB"), 0.0
                continue
            try:
                yield json.loads(words, parse_int=whole_number), number / len(members)
            except (ValueError, RecursionError):
                yield BrokenRow(member.filename, "a JSON object"), number / len(members)


def _is_of_cases(name: str) -> bool:
    lowered = name.lower()
    if lowered.endswith((".jsonl", ".jsonl.xz")):
        return True
    folder = lowered.rpartition("/")[0].rpartition("/")[2]
    return lowered.endswith(".json") and folder not in ("metadata", "html")


def _opinion(raw: Any) -> Opinion | BrokenRow:
    """Return the court's opinion of a case; a broken row where there is none to use."""
    if isinstance(raw, BrokenRow):
        # A line that is not JSON: what stands on it may be words of an opinion.
        return BrokenRow("", raw.expected if raw.found == "" else "a case as JSON")
    if not isinstance(raw, dict) or "casebody" not in raw or raw.get("id") is None:
        return BrokenRow("", "a case with the fields id and casebody")
    name = f"cap-{raw['id']}"
    body = raw["casebody"]
    if isinstance(body, dict) and "data" in body:  # the former site's, with a status
        body = body["data"]
    text, html, judges = None, None, ""
    if isinstance(body, str):
        html = none_if_blank(body) and body
    elif isinstance(body, dict):
        text = _words(body.get("opinions"))
        judges = body.get("judges") or ""
    if text is None and html is None:
        return BrokenRow(name, "the words of the court's opinion")
    court = raw.get("court") if isinstance(raw.get("court"), dict) else {}
    court_name = none_if_blank((court or {}).get("name"))
    cited = raw.get("citations") if isinstance(raw.get("citations"), list) else []
    cites = [str(each["cite"]) for each in cited or [] if isinstance(each, dict) and "cite" in each]
    return Opinion(
        id=name,
        source="caselaw_access_project",
        url=none_if_blank(raw.get("frontend_url")),
        court=look_up_court(court_name) if court_name else None,
        court_name=court_name,
        docket_number=none_if_blank(raw.get("docket_number")),
        date=none_if_blank(raw.get("decision_date")),
        caption=none_if_blank(raw.get("name_abbreviation") or raw.get("name")),
        judge=none_if_blank("; ".join(map(str, judges)) if isinstance(judges, list) else judges),
        citation="; ".join(cites) or None,
        status=None,
        text=text,
        html=html,
    )


def _words(opinions: Any) -> str | None:
    """Return the words of the opinions that are the court's own."""
    if not isinstance(opinions, list):
        return None
    ours = [
        str(each.get("text") or "")
        for each in opinions
        if isinstance(each, dict) and not _SEPARATE.search(str(each.get("type") or ""))
    ]
    words = "\n\n".join(each for each in ours if each.strip())
    return words or None
