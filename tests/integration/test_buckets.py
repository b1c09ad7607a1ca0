"""Files in buckets, as S3's driver gives them: buffered, sent whole, and never a bucket made."""

import gzip
import io
import json
from collections.abc import Iterator
from typing import Any, ClassVar

import fsspec
import pandas as pd
import pyarrow as pa
import pytest
from fsspec.spec import AbstractBufferedFile, AbstractFileSystem

from data.io.rows import UnreadableInput
from data.io.sources import open_source
from serve.batch.sinks import FileSink, remove

ROWS = [{"id": f"m{n}", "motion_type": "tro", "motion": f"A rival copied {n}."} for n in range(9)]


class _Buckets(AbstractFileSystem):  # type: ignore[misc]
    protocol = "buckets"
    cachable = False
    held: ClassVar[dict[str, bytes]] = {}
    buckets: ClassVar[set[str]] = set()

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        path = self._strip_protocol(path)
        found = {
            name: {"name": name, "size": len(content), "type": "file", "ETag": str(hash(content))}
            for name, content in self.held.items()
            if name == path or name.startswith(f"{path}/")
        }
        if not found:
            raise FileNotFoundError(path)
        return list(found.values()) if detail else list(found)

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        self.buckets.add(path.split("/")[0])

    def rm_file(self, path: str) -> None:
        del self.held[self._strip_protocol(path)]

    def _open(self, path: str, mode: str = "rb", **options: Any) -> "_Sent":
        return _Sent(self, path, mode, **options)


class _Sent(AbstractBufferedFile):  # type: ignore[misc]
    def _initiate_upload(self) -> None:
        self.parts: list[bytes] = []

    def _fetch_range(self, start: int, end: int) -> bytes:
        return self.fs.held[self.path][start:end]

    def _upload_chunk(self, final: bool = False) -> bool:
        self.parts.append(self.buffer.getvalue())
        if final and self.autocommit:
            self.commit()
        return True

    def commit(self) -> None:
        if self.path.split("/")[0] not in self.fs.buckets:
            raise FileNotFoundError("the bucket does not exist")
        self.fs.held[self.path] = b"".join(self.parts)

    def discard(self) -> None:
        self.parts.clear()


@pytest.fixture
def buckets() -> type[_Buckets]:
    fsspec.register_implementation("buckets", _Buckets, clobber=True)
    _Buckets.held.clear()
    _Buckets.buckets.clear()
    _Buckets.buckets.add("firm")
    return _Buckets


def _content(kind: str, packed: str) -> bytes:
    if kind == "jsonl":
        plain = "\n".join(map(json.dumps, ROWS)).encode()
    elif kind == "json":
        plain = json.dumps(ROWS).encode()
    elif kind == "csv":
        plain = pd.DataFrame(ROWS).to_csv(index=False).encode()
    else:
        stream = io.BytesIO()
        pd.DataFrame(ROWS).to_parquet(stream)
        plain = stream.getvalue()
    if packed == ".gz":
        return gzip.compress(plain)
    return bytes(pa.compress(plain, "zstd", asbytes=True)) if packed else plain


def _rows(address: str) -> list[Any]:
    with open_source(address) as source:
        return [row for chunk in source.chunks(4) for row in chunk.rows]


@pytest.mark.parametrize("packed", ["", ".gz", ".zst"])
@pytest.mark.parametrize("kind", ["jsonl", "json", "csv", "parquet"])
def test_every_format_is_read(buckets: type[_Buckets], kind: str, packed: str) -> None:
    buckets.held[f"firm/pending/a.{kind}{packed}"] = _content(kind, packed)
    assert _rows(f"buckets://firm/pending/a.{kind}{packed}") == ROWS
    assert _rows("buckets://firm/pending") == ROWS


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.jsonl", "a.jsonl.zst", "a.parquet"])
def test_every_format_is_written(buckets: type[_Buckets], name: str) -> None:
    sink = FileSink(f"buckets://firm/out/{name}")
    sink.check()
    sink.write([pa.Table.from_pylist(ROWS[:5]), pa.Table.from_pylist(ROWS[5:])])
    assert list(buckets.held) == [f"firm/out/{name}"]
    assert _rows(sink.name) == ROWS
    remove(sink.name)
    remove(sink.name)
    assert not buckets.held


def test_what_breaks_off_leaves_nothing(buckets: type[_Buckets]) -> None:
    def tables() -> Iterator[pa.Table]:
        yield pa.Table.from_pylist(ROWS)
        raise OSError("the power went off")

    with pytest.raises(OSError, match="power"):
        FileSink("buckets://firm/a.csv").write(tables())
    assert not buckets.held


def test_a_misspelt_bucket_is_not_made(buckets: type[_Buckets]) -> None:
    with pytest.raises(FileNotFoundError, match="does not exist"):
        FileSink("buckets://frim/a.csv").write([pa.Table.from_pylist(ROWS)])
    assert buckets.buckets == {"firm"}


def test_errors_of_a_driver_are_told_as_such(
    buckets: type[_Buckets], monkeypatch: pytest.MonkeyPatch
) -> None:
    class NoCredentials(Exception):
        """Drivers raise errors of their own, which are no `OSError`."""

    def refuse(*given: Any, **options: Any) -> Any:
        raise NoCredentials("unable to locate credentials")

    with pytest.raises(UnreadableInput, match="no file buckets://firm/none"):
        _rows("buckets://firm/none.csv")
    monkeypatch.setattr(buckets, "ls", refuse)
    with pytest.raises(OSError, match="buckets://firm/in: unable to locate credentials"):
        _rows("buckets://firm/in")
    monkeypatch.setattr(buckets, "_open", refuse)
    with pytest.raises(OSError, match=r"buckets://firm/a\.csv: unable to locate credentials"):
        FileSink("buckets://firm/a.csv").write([pa.Table.from_pylist(ROWS)])
    monkeypatch.setattr(buckets, "exists", refuse)
    with pytest.raises(OSError, match=r"buckets://firm/a\.csv: unable to locate credentials"):
        remove("buckets://firm/a.csv")
