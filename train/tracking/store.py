"""The MLflow store in use: its address, the file or folder behind it, and how to look at it.

An address is not a path. MLflow percent-encodes the folder in the address of its default store,
and an address may carry options (`sqlite:///runs.db?timeout=5`), so paths are read from addresses
here and nowhere else. Whether a store is there is answered for certain or not at all: a file that
cannot be looked at is an error, never "no store".
"""

import os
import shlex
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from data.io.private_files import check_database
from data.io.redact import redact_secrets

TRACKING_URI = "MLFLOW_TRACKING_URI"
_DEFAULT = "mlflow.db"
_SQLITE_HEADER = b"SQLite format 3\0"
_used_address: str | None = None
"""The address that `use_plain_address` put in the environment last."""
_relative_folders: list[Path] = []
"""The folders that have had a relative address."""


def use_plain_address() -> None:
    """Have MLflow use the SQLite file of this folder by an address without percent signs.

    MLflow encodes the folder's name, then takes the address for a path and makes a stray folder
    `Smith%20%26%20Co` beside `Smith & Co`, or fails where it may not. Nothing changes for other
    folders, nor where the user names a store.
    """
    global _used_address
    if os.environ.get(TRACKING_URI) not in (None, "", _used_address):
        return
    os.environ.pop(TRACKING_URI, None)
    import mlflow  # takes seconds to import

    path = sqlite_file(mlflow.get_tracking_uri())
    if path is None or quote(str(path)) == str(path):
        return
    _used_address = plain_sqlite_address(path) or _relative_address(path.parent)
    os.environ[TRACKING_URI] = _used_address


def _relative_address(folder: Path) -> str:
    """Return an address of the file in a folder, the current one, that no other folder has had.

    MLflow keeps the stores that it has opened by their addresses.
    """
    if folder not in _relative_folders:
        _relative_folders.append(folder)
    return f"sqlite:///{'./' * _relative_folders.index(folder)}{_DEFAULT}"


def plain_sqlite_address(path: Path) -> str | None:
    """Return the address of a database without encoding; None where its path needs some.

    >>> plain_sqlite_address(Path("/work/Smith & Co/mlflow.db"))
    'sqlite:////work/Smith & Co/mlflow.db'
    """
    text = str(path)
    return None if "?" in text or unquote(text) != text else f"sqlite:///{text}"


def sqlite_file(uri: str) -> Path | None:
    """Return the file of an SQLite address; None for any other address, or one in memory.

    >>> sqlite_file("sqlite:////work/Smith%20%26%20Co/mlflow.db?timeout=5")
    PosixPath('/work/Smith & Co/mlflow.db')
    """
    from sqlalchemy.engine import make_url  # comes with MLflow
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(uri)
    except ArgumentError:
        return None
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    database = str(url.database)
    if database.startswith("file:") and url.query.get("uri") in ("true", "True", "1"):
        if url.query.get("mode") == "memory" or ":memory:" in database:
            return None
        database = unquote(urlsplit(database).path)  # SQLite decodes it again
    return Path(database)


def local_path(uri: str) -> Path | None:
    """Return the file or folder of a store or artifact address here; None for any other.

    >>> local_path("file:///work/Smith%20%26%20Co/mlruns")
    PosixPath('/work/Smith & Co/mlruns')
    """
    scheme = urlsplit(uri).scheme
    if scheme.startswith("sqlite"):
        return sqlite_file(uri)
    if scheme == "file" or len(scheme) < 2:  # a letter is a drive
        from mlflow.utils.file_utils import local_file_uri_to_path

        return Path(local_file_uri_to_path(uri))
    return None


def store_exists(uri: str) -> bool:
    """Tell whether a store on this machine is there; True for any other, which must be asked.

    A query would create an SQLite store that does not exist.

    Raises
    ------
    OSError
        If it cannot be told: the folder is missing or closed, a link leads nowhere, or the file
        cannot be read, is no database, or may have been laid there by another user. The message
        says what to do.
    """
    path = local_path(uri)
    if path is None:
        return True
    corrected = f"correct {TRACKING_URI}" if os.environ.get(TRACKING_URI) else "go to its folder"
    try:
        path.stat()
    except FileNotFoundError:
        if path.is_symlink():
            raise FileNotFoundError(
                f"the MLflow store {path} is a link to {path.readlink()}, which is not there; "
                f"mount or restore it, or {corrected}"
            ) from None
        if not path.absolute().parent.is_dir():
            folder = path.absolute().parent
            raise FileNotFoundError(
                f"the folder {folder} of the MLflow store is not there; mount it, create it (mkdir "
                f"-p {shlex.quote(str(folder))}), or {corrected}"
            ) from None
        return False
    except OSError as error:
        raise OSError(
            f"cannot look for the MLflow store {path}: {error.strerror}; get access, or {corrected}"
        ) from None
    if not os.access(path, os.R_OK):
        raise PermissionError(
            f"the MLflow store {path} cannot be read: permission denied; get access (chmod u+r "
            f"{shlex.quote(str(path))}), or {corrected}"
        )
    if urlsplit(uri).scheme.startswith("sqlite"):
        _check_database(path, corrected)
    return True


def _check_database(path: Path, corrected: str) -> None:
    """Check that a file is an SQLite database, which MLflow would try to open for minutes."""
    if path.is_dir():
        raise IsADirectoryError(
            f"the MLflow store {path} is a folder, expected an SQLite file; {corrected}"
        )
    check_database(path, own=False)
    with path.open("rb") as stream:
        start = stream.read(len(_SQLITE_HEADER))
    if start not in (b"", _SQLITE_HEADER):
        raise OSError(f"the MLflow store {path} is not an SQLite database; {corrected}")


def make_folder(uri: str) -> None:
    """Make the folder of a store on this machine, which a training may be the first to use."""
    path = local_path(uri)
    if path is not None:
        path.absolute().parent.mkdir(parents=True, exist_ok=True)


def ui_command(tracking_uri: str, registry_uri: str | None = None) -> str:
    """Return the shell command that shows a store's runs, from whatever folder it is given.

    For a server, its own address, where its page is. Passwords are left to the environment.

    >>> ui_command("sqlite:////work/Smith%20%26%20Co/mlflow.db")
    "mlflow ui --backend-store-uri 'sqlite:////work/Smith & Co/mlflow.db'"
    >>> ui_command("http://127.0.0.1:5000")
    'http://127.0.0.1:5000'
    """
    if urlsplit(tracking_uri).scheme in ("http", "https"):
        return redact_secrets(tracking_uri)
    folder, store = _store_option(tracking_uri, TRACKING_URI)
    command = f"mlflow ui --backend-store-uri {store}"
    if registry_uri and registry_uri != tracking_uri and "://" in registry_uri:
        command += f" --registry-store-uri {_store_option(registry_uri, 'MLFLOW_REGISTRY_URI')[1]}"
    return folder + command


def _store_option(uri: str, variable: str) -> tuple[str, str]:
    """Return what goes before the command, and the address quoted for the shell."""
    path = sqlite_file(uri)
    if path is None:
        if redact_secrets(uri) != uri:
            return "", f'"${variable}"'
        local = local_path(uri)
        return "", shlex.quote(uri if local is None else local.absolute().as_uri())
    options = uri.partition("?")[2]
    if options and "uri=" in options:
        return "", shlex.quote(uri)
    plain = plain_sqlite_address(path.absolute())
    folder = "" if plain else f"cd {shlex.quote(str(path.absolute().parent))} && "
    address = plain or f"sqlite:///{quote(path.name)}"
    return folder, shlex.quote(address + (f"?{options}" if options else ""))


def first_line(error: Exception) -> str:
    """Return what an error says, without the statements and tracebacks that some append."""
    return (str(error) or type(error).__name__).strip().splitlines()[0][:300]
