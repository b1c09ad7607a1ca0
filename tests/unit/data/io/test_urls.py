"""Paths and addresses."""

from pathlib import Path

import pytest

from data.io.rows import UnreadableInput
from data.io.urls import (
    driver_errors_as_oserror,
    filesystem,
    is_address,
    is_filesystem,
    is_local,
    local_path,
    scheme_of,
)


@pytest.mark.parametrize(
    ("text", "address", "local"),
    [
        ("rows.csv", False, True),
        ("/a/rows.csv", False, True),
        ("file:///a/rows.csv", True, True),
        ("s3://bucket/rows.csv", True, False),
        ("simplecache::s3://bucket/rows.csv", True, False),
    ],
)
def test_addresses_and_local_paths(text: str, address: bool, local: bool) -> None:
    assert (is_address(text), is_local(text)) == (address, local)


def test_a_local_path_has_no_scheme() -> None:
    assert local_path("file:///a/b") == local_path("local:///a/b") == local_path("/a/b") == "/a/b"


def test_schemes_of_file_systems_and_databases() -> None:
    assert scheme_of("simplecache::s3://bucket/x") == "simplecache"
    assert is_filesystem("s3://bucket/x")  # whether or not its driver is installed
    assert not is_filesystem("postgresql+psycopg://host/x")


def test_a_file_system_and_the_path_on_it(tmp_path: Path) -> None:
    system, path = filesystem(str(tmp_path))
    assert (system.exists(path), path) == (True, str(tmp_path))
    assert filesystem("memory://a/b")[1] == "/a/b"
    with pytest.raises(UnreadableInput, match="nothing://"):
        filesystem("nothing://a")


def test_errors_of_a_remote_driver_become_oserrors_without_secrets() -> None:
    class NoCredentials(Exception):
        """Drivers raise exceptions of their own."""

    def refuse(address: str) -> None:
        with driver_errors_as_oserror(address):
            raise NoCredentials("http://ann:S3CRET@h refused")

    with pytest.raises(OSError, match=r"^s3://b/x: http://ann:\*\*\*@h refused"):
        refuse("s3://b/x")
    with pytest.raises(NoCredentials):
        refuse("/local/x")


@pytest.mark.parametrize("name", ["Smith & Co", "a%41b", "M\u00fcller", "a#b"])
def test_a_file_address_is_decoded(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "rows.csv").touch()
    for file in (folder / "rows.csv", folder / "new.csv"):
        assert local_path(file.as_uri()) == local_path(f"file://{file}") == str(file)
    assert filesystem((folder / "rows.csv").as_uri())[1] == str(folder / "rows.csv")
