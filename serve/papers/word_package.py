"""The parts of a Word file: only the document and what it names is looked at, never the rest.

Programs leave links to missing pictures, types of macros and templates, and names with backslashes
in a package; none of that keeps its text from being read.
"""

import io
import posixpath
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

from serve.papers import contents
from serve.papers.contents import UnreadableFile

_RELATIONSHIP = "Relationship"
_DOCUMENT = "word/document.xml"


@dataclass(frozen=True)
class Relation:
    """A link of a part to another: its kind, such as `footnotes`, and the part's name."""

    kind: str
    target: str


class Package:
    """A file in the Open Packaging format, or another zip file.

    Raises
    ------
    UnreadableFile
        If its parts are too large once unpacked.
    """

    def __init__(self, content: bytes) -> None:
        self._zip = ZipFile(io.BytesIO(content))
        if sum(part.file_size for part in self._zip.infolist()) > contents.MAX_UNPACKED_BYTES:
            raise UnreadableFile(
                f"unpacks to more than {contents.MAX_UNPACKED_BYTES:,} bytes; submit the brief "
                "without its exhibits and pictures"
            )
        self._names = {_plain(name): name for name in self._zip.namelist()}

    def __contains__(self, name: str) -> bool:
        return _plain(name) in self._names

    def read(self, name: str) -> bytes:
        """Return a part; the case of its name and its slashes do not matter."""
        return self._zip.read(self._names[_plain(name)])

    def xml(self, name: str) -> Any:
        """Return the root element of a part; nothing that it refers to is loaded."""
        from lxml import etree

        parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
        return etree.fromstring(self.read(name), parser)

    def relations(self, name: str = "") -> dict[str, Relation]:
        """Return the links of a part, or of the whole package, to others in the file, by id."""
        folder, base = posixpath.split(name)
        links = posixpath.join(folder, "_rels", f"{base}.rels")
        if links not in self:
            return {}
        relations = {}
        for link in self.xml(links).iter():
            if not isinstance(link.tag, str) or not link.tag.endswith(f"}}{_RELATIONSHIP}"):
                continue
            if link.get("TargetMode") == "External":
                continue
            target = unquote(link.get("Target") or "").replace("\\", "/")
            whole = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            kind = (link.get("Type") or "").rstrip("/").rpartition("/")[2]
            relations[link.get("Id", "")] = Relation(kind, whole)
        return relations

    def document(self) -> str | None:
        """Return the name of the main document; None if the file has none."""
        for relation in self.relations().values():
            if relation.kind == "officeDocument" and relation.target in self:
                return relation.target
        return _DOCUMENT if _DOCUMENT in self else None


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()
