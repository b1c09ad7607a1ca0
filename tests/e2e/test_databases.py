"""Scoring from and into databases: SQLite, and a real PostgreSQL where one is installed."""

import json
import os
import pwd
import shlex
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from data.embedded import embedded_rulings
from data.io.database import check_table, write_table
from data.io.rows import UnreadableInput
from data.io.table_reads import TableRead
from enjoin import app
from train.modes import MODES, masked

FIELDS = ("id", "court", "decided", "motion_type", "harm_types", "delay_months", "motion")
ROWS: list[dict[str, Any]] = [
    masked(row.as_motion(), MODES[index % 3]).model_dump(mode="json", include=set(FIELDS))
    for index, row in enumerate(embedded_rulings()[::70])
]
ROWS.append(ROWS[0] | {"id": "wrong", "motion_type": "x"})


def _invoke(*arguments: object) -> Any:
    return CliRunner().invoke(app, list(map(str, arguments)), env={"COLUMNS": "400"})


def _binary(name: str) -> str | None:
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(debian[-1]) if debian else shutil.which(name)


@contextmanager
def _postgres() -> Iterator[str]:
    """Start a PostgreSQL server of its own on the loopback address; give its address."""
    initdb, server = _binary("initdb"), _binary("postgres")
    if initdb is None or server is None:
        pytest.skip("no PostgreSQL on this machine")
    pytest.importorskip("psycopg")
    as_root = os.getuid() == 0  # which PostgreSQL refuses to run as
    user = pwd.getpwnam("nobody").pw_name if as_root else None
    folder = Path(tempfile.mkdtemp(prefix="enjoin-postgres-"))
    try:
        if user:
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        data = str(folder / "data")
        make = [initdb, "-D", data, "-U", "enjoin", "-A", "trust", "-E", "UTF8", "--no-sync"]
        made = subprocess.run(make, user=user, cwd=folder, capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"]
        command = [server, "-D", data, "-p", str(port)]
        command += [word for option in options for word in ("-c", option)]
        running = subprocess.Popen(
            command, user=user, cwd=folder, stderr=subprocess.PIPE, text=True
        )
        try:
            assert running.stderr is not None
            lines = []
            for line in running.stderr:
                lines.append(line)
                if "ready to accept connections" in line:
                    break
            else:
                pytest.fail("".join(lines))
            yield f"postgresql+psycopg://enjoin:secret@127.0.0.1:{port}/postgres"
        finally:
            running.terminate()
            running.communicate(timeout=30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a database whose table `pending` holds the motions."""
    with (
        _postgres()
        if request.param == "postgresql"
        else _sqlite(tmp_path_factory.mktemp("sqlite") / "docket.db")
    ) as address:
        arrays = sa.ARRAY(sa.Text) if request.param == "postgresql" else sa.Text
        kinds = {"harm_types": arrays, "delay_months": sa.Numeric, "decided": sa.Text}
        columns = [sa.Column(name, kinds.get(name, sa.Text)) for name in FIELDS]
        engine = sa.create_engine(address)
        table = sa.Table("pending", sa.MetaData(), *columns)
        table.create(engine)
        rows = [dict(row) for row in ROWS]
        if request.param == "sqlite":
            for row in rows:
                held = row["harm_types"]
                row["harm_types"] = held if held is None else ";".join(held) or "[]"
        with engine.begin() as connection:
            connection.execute(table.insert(), rows)
        engine.dispose()
        yield address


@contextmanager
def _sqlite(path: Path) -> Iterator[str]:
    yield f"sqlite:///{path}"


def _read(url: str, query: str) -> list[dict[str, Any]]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(sa.text(query)).mappings()]
    engine.dispose()
    return rows


@pytest.fixture
def expected(trained: Any, tmp_path: Path) -> list[dict[str, Any]]:
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    output = tmp_path / "expected.jsonl"
    options = ["--keep", "harm_types", "--jobs", 1]
    assert _invoke("score", tmp_path / "in.jsonl", output, *options).exit_code == 3
    return [json.loads(line) for line in output.read_text().splitlines()]


def test_a_database_is_scored_into_a_table(
    url: str, expected: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    common = ["--jobs", 1, "--chunk", 4, "--checkpoint-dir", tmp_path / "work"]
    scoring = ["score", url, url, "--table", "pending", "--output-table", "scored", *common]
    result = _invoke(*scoring, "--keep", "harm_types")
    assert result.exit_code == 3, result.output
    assert "secret" not in result.output
    # A table has no order of its own: PostgreSQL puts a row on any page that has room for it.
    by_id = {row["id"]: row for row in _read(url, "select * from scored")}
    assert by_id.keys() == {row["id"] for row in expected}
    for same in expected:
        row = by_id[same["id"]]
        kept = same["harm_types"]
        same["harm_types"] = kept if kept is None else ";".join(kept) or "[]"
        assert row == same
        assert isinstance(row["in_scope"], bool | int)
    reject = json.loads((tmp_path / "scored.rejects.jsonl").read_text())
    assert (reject["row"], reject["raw"]["id"]) == (len(ROWS), "wrong")

    refused = _invoke(*scoring)
    assert refused.exit_code == 2
    assert "--replace" in refused.output
    query = "select * from pending where id <> 'wrong' and motion <> ':x' order by id"
    again = ["score", url, url, "--query", query, "--output-table", "scored", *common, "--replace"]
    result = _invoke(*again)
    assert result.exit_code == 0, result.output
    ids = [row["id"] for row in _read(url, "select * from scored")]
    assert ids == [row["id"] for row in _read(url, query.replace(":", "\\:"))]


def test_the_old_table_stays_until_the_new_is_whole(url: str) -> None:
    def batches(whole: bool) -> Iterator[list[dict[str, Any]]]:
        yield [{"n": 1.0}]
        yield [{"n": 2.0}]
        if not whole:
            raise OSError("the power went off")

    with pytest.raises(OSError, match="power"):
        write_table(url, "odd%name", False, {"n": "float"}, batches(False))
    with pytest.raises(sa.exc.DatabaseError):
        _read(url, 'select * from "odd%name"')
    write_table(url, "odd%name", False, {"n": "float"}, batches(True))
    with pytest.raises(OSError, match="power"):
        write_table(url, "odd%name", True, {"m": "float"}, batches(False))
    assert _read(url, 'select * from "odd%name"') == [{"n": 1.0}, {"n": 2.0}]
    with pytest.raises(OSError, match="power"):
        write_table(url, "odd%name", True, {"n": "float"}, batches(False))
    assert _read(url, 'select * from "odd%name"') == [{"n": 1.0}, {"n": 2.0}]
    write_table(url, "odd%name", True, {"n": "float"}, iter([[{"n": 3.0}]]))
    assert _read(url, 'select * from "odd%name"') == [{"n": 3.0}]


def test_a_table_filled_anew_keeps_its_indexes_and_grants(url: str) -> None:
    kinds = {"id": "text", "p": "float", "sure": "boolean", "n": "integer"}
    row = {"id": "a", "p": 0.5, "sure": True, "n": 1}
    write_table(url, "kept", False, kinds, [[row]])
    _do(url, "create unique index on_id on kept (id)", "create view high as select id from kept")
    if url.startswith("postgresql"):
        _do(url, "create role clerk", "grant select on kept to clerk")
    write_table(url, "kept", True, kinds, [[row | {"id": "b"}]])
    assert [row["id"] for row in _read(url, "select id from high")] == ["b"]
    assert _indexes(url, "kept") == ["on_id"]
    if url.startswith("postgresql"):
        granted = "select has_table_privilege('clerk', 'kept', 'select') as it"
        assert _read(url, granted) == [{"it": True}]
    with pytest.raises(sa.exc.IntegrityError):
        write_table(url, "kept", True, kinds, [[row, row]])
    assert [row["id"] for row in _read(url, "select id from kept")] == ["b"]


def test_a_table_of_other_columns_gives_way_to_a_new_one(url: str) -> None:
    write_table(url, "other", False, {"n": "float"}, [[{"n": 1.0}]])
    write_table(url, "other__new", False, {"mine": "text"}, [[{"mine": "stays"}]])
    for kinds, row in (({"n": "text"}, {"n": "two"}), ({"m": "text"}, {"m": "three"})):
        write_table(url, "other", True, kinds, [[row]])
        assert _read(url, "select * from other") == [row]
    assert _read(url, "select * from other__new") == [{"mine": "stays"}]


def test_an_input_table_is_not_replaced(url: str) -> None:
    """Whatever it is called, whatever reads it, by the database's own account."""
    _do(url, "create table kept_too (id text, of_motion text)")
    _do(url, "create view reads_pending as select * from (select * from pending) as p")
    _do(url, "create view reads_view as select id from reads_pending")
    reads: list[tuple[str | None, str | None]] = [
        (None, "pending"),
        (None, "reads_view"),
        ("select * from pending where id <> ':x' and motion like '%a' -- all", None),
        ("with p as (select * from PENDING) select a.*, b.* from p a, p b;", None),
        ("select 1 as motion where exists (select 1 from reads_view)", None),
    ]
    names, schema = ["pending"], "main"
    other = url
    if url.startswith("postgresql"):
        schema = "public"
        other = f"{url}?options=-csearch_path%3Dcourt,public"
        _do(
            url,
            "create schema court",
            "create materialized view as_of_today as select * from pending",
            "create function open_ones() returns setof pending language sql as "
            "'select * from pending'",
            "create table years (year int, n int) partition by list (year)",
            "create table year_26 partition of years for values in (26)",
            "create table suits (id text primary key)",
            "create table motions_in (suit text references suits on delete cascade)",
            "create role reader login",
            "grant select on pending to reader",
            "alter role reader set default_transaction_read_only = on",
        )
        reads += [(None, "as_of_today"), (None, "public.pending"), ("table pending", None)]
        reads += [("select * from open_ones()", None)]
    for query, table in reads:
        for name in (*names, f"{schema}.pending"):
            for address in {url, other}:
                _is_refused(url, name, TableRead(address, query, table))
    _is_replaced(url, "kept_too", TableRead(other, None, "pending"))
    if url.startswith("postgresql"):
        as_reader = url.replace("enjoin:secret", "reader")
        _is_refused(url, "pending", TableRead(as_reader, None, "pending"))
        _is_replaced(url, "kept_too", TableRead(as_reader, None, "pending"))
        _is_refused(url, "years", TableRead(url, None, "year_26"))
        _is_refused(url, "year_26", TableRead(url, "select 1 from years where year = 25", None))
        _is_refused(url, "suits", TableRead(url, None, "motions_in"))
        _is_replaced(url, "motions_in", TableRead(url, None, "suits"))
        _do(url, "create table court.pending as select * from pending")
        _is_replaced(url, "court.pending", TableRead(url, None, "pending"))
        _is_refused(url, "court.pending", TableRead(other, None, "pending"))
        elsewhere = url.replace("/postgres", "/template1")
        _do(elsewhere, "create table pending (id text)")
        _is_replaced(elsewhere, "pending", TableRead(url, None, "pending"))


def _is_refused(url: str, table: str, read: TableRead) -> None:
    for attempt in (
        lambda: check_table(url, table, True, read),
        lambda: write_table(url, table, True, {"p": "float"}, [[{"p": 0.5}]], read),
    ):
        with pytest.raises(UnreadableInput, match="choose another --output-table"):
            attempt()


def _is_replaced(url: str, table: str, read: TableRead) -> None:
    check_table(url, table, True, read)

    def batches() -> Iterator[list[dict[str, Any]]]:
        yield [{"p": 0.5}]
        raise OSError("far enough")

    with pytest.raises(OSError, match="far enough"):
        write_table(url, table, True, {"p": "float"}, batches(), read)


def _do(url: str, *statements: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def _indexes(url: str, table: str) -> list[str | None]:
    engine = sa.create_engine(url)
    names = [index["name"] for index in sa.inspect(engine).get_indexes(table)]
    engine.dispose()
    return names


def test_rows_that_changed_are_not_resumed(
    trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:///{tmp_path}/docket.db"
    kinds = dict.fromkeys(("id", "motion_type", "motion"), "text")
    rows = [{"id": str(n), "motion_type": "tro", "motion": "A mark."} for n in range(3)]
    write_table(url, "pending", False, kinds, [rows])
    run = ["score", url, "out.csv", "--table", "pending", "--jobs", 1, "--chunk", 2]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("serve.batch.checkpoint.Checkpoint.tables", _fail)
        assert _invoke(*run).exit_code == 2
    write_table(url, "pending", True, kinds, [rows[1:]])
    result = _invoke(*run, "--resume")
    assert result.exit_code == 2
    assert "rows 1 to 2" in result.output
    assert not Path("out.csv").exists()


def _fail(*arguments: Any) -> None:
    raise OSError("the power went off")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("sqlite:///x.db out.csv", "--table"),
        ("sqlite:///x.db out.csv --table none", "no such table"),
        ("sqlite:///x.db out.csv --query 'select 1 as motion'", "required"),
        ("in.csv sqlite:///x.db", "--output-table"),
        ("sqlite:///x.db sqlite:///x.db --table a --output-table a --replace", "input table"),
        ("in.csv out.csv --output-table x", "OUTPUT"),
        ("in.csv out.csv --table x", "INPUT"),
        ("mysql+nothing://x/y out.csv --table x", "mysql+nothing"),
        ("mssql+pymssql://x/y out.csv --table x", "pymssql"),
    ],
)
def test_options_that_do_not_fit_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.csv").write_text("motion_type,motion\ntro,text\n")
    result = _invoke("score", *shlex.split(arguments))
    assert result.exit_code == 2
    assert words in result.output
