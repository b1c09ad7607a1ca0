"""The commands of `Dockerfile` and `compose.yaml`, run as processes of this machine.

Only places are changed: services become free ports of the loopback, and the folders of volumes and
secrets become folders of the test.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow
import pytest
import yaml

from data.embedded import clearview_motion
from serve.http.auth import new_key
from serve.model_source import locate_model
from serve.pyfunc import PACKAGES, log_to_mlflow
from train.tracking.registry import assign_alias

ROOT = Path(__file__).parents[2]
PATHS = os.environ["PATH"].split(os.pathsep)
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
PINNED = re.compile(r"[\w./-]+:[\w.-]*\d+\.\d+[\w.-]*@sha256:[0-9a-f]{64}")
"""An image by version, for people, and by digest, which names one image forever."""
HADOLINT = shutil.which(
    "hadolint", path=os.pathsep.join((str(Path(sys.executable).parent), *PATHS))
)
LAST_STAGE = DOCKERFILE.replace("\\\n", " ").rpartition("\nFROM ")[2]
PORTS = {"db": "5432", "mlflow": "5000", "endpoint": "8000"}
SEARCHED = [*PATHS, *Path("/usr/lib/postgresql").glob("*/bin")]
POSTGRES = next((path for folder in SEARCHED if (path := Path(folder, "postgres")).exists()), None)
ROOT_USER = os.geteuid() == 0
NOBODY = {"user": 65534, "group": 65534, "extra_groups": []} if ROOT_USER else {}
"""PostgreSQL refuses to run as root."""


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_do_no_more_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"cap_add", "privileged", "network_mode", "pid"} & set(service)
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_limited_in_memory_processes_and_log(name: str) -> None:
    service = SERVICES[name]
    assert re.fullmatch(r"[1-8]g", service["mem_limit"])
    assert service["pids_limit"] <= 1024
    rotation = service["logging"]["options"]
    assert {"max-size", "max-file"} <= set(rotation)
    assert int(rotation["max-file"]) > 1


def test_images_are_pinned_by_digest() -> None:
    argument = re.findall(r"^ARG PYTHON_IMAGE=(.*)$", DOCKERFILE, re.MULTILINE)
    images = [service["image"] for service in SERVICES.values() if "build" not in service]
    assert len(argument) == len(images) == 1
    for image in (*argument, *images):
        assert PINNED.fullmatch(image)
    # Every stage begins with that image, or with an earlier stage.
    stages = {"${PYTHON_IMAGE}"}
    for image, name in re.findall(r"^FROM (\S+)(?: AS (\S+))?$", DOCKERFILE, re.MULTILINE):
        assert image in stages
        stages.add(name)


def test_what_the_program_needs_of_the_system_is_in_both_stages() -> None:
    """The first stage runs the program, too, to fill its cache."""
    base = DOCKERFILE.partition("FROM base AS build")[0]
    assert "libgomp1" in base
    assert LAST_STAGE.startswith("base\n")


@pytest.mark.skipif(HADOLINT is None, reason="hadolint is not installed")
def test_hadolint_finds_nothing() -> None:
    assert HADOLINT is not None
    done = subprocess.run([HADOLINT, ROOT / "Dockerfile"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_is_for_a_user_without_rights_or_build_tools() -> None:
    user = re.findall(r"^USER (.*)$", LAST_STAGE, re.MULTILINE)
    assert user == ["10001:10001"]
    assert not re.search(r"\b(gcc|build-essential|pip install|uv)\b", LAST_STAGE)


def test_the_image_is_given_all_it_copies() -> None:
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY ") and "--" not in line]
    names = {name for sources in copied for name in sources}
    assert {*PACKAGES, "enjoin"} <= names
    for name in names:
        assert (ROOT / name).exists()
        assert f"!{name}" in allowed


def test_the_tracking_server_allows_the_host_that_services_use() -> None:
    allowed = re.search(r"--allowed-hosts '([^']*)'", SERVICES["mlflow"]["command"][-1])
    assert allowed is not None
    for name in ("train", "endpoint"):
        host = SERVICES[name]["environment"]["MLFLOW_TRACKING_URI"].removeprefix("http://")
        assert host in allowed[1].split(",")


@dataclass(frozen=True)
class Site:
    """Where the services live in this test: a folder for their files, a free port for each."""

    folder: Path
    ports: dict[str, str]

    def here(self, words: str) -> str:
        """Return words of the two files with this machine's places in them."""
        inside = {PORTS[name]: port for name, port in self.ports.items()}
        words = re.sub(r"\b(db|mlflow|endpoint)(?=:\d)|\b0\.0\.0\.0\b", "127.0.0.1", words)
        words = re.sub(rf"\b({'|'.join(inside)})\b", lambda match: inside[match[0]], words)
        return re.sub(r"(?<![\w/.])(?=/(?:run|tmp|var)/)", str(self.folder), words)

    def command(self, name: str) -> list[str]:
        """Return a service's command; compose writes `$$` for `$`. One worker is enough here."""
        words = [word.replace("$$", "$") for word in SERVICES[name]["command"]]
        return [self.here(word).replace("--workers 2", "--workers 1") for word in words]

    def environment(self, name: str) -> dict[str, str]:
        """Return a service's environment: the image's, its own, and what this machine needs."""
        image = re.search(r"^ENV (.*)$", LAST_STAGE, re.MULTILINE)
        assert image is not None
        variables = dict(pair.split("=", 1) for pair in image[1].split())
        variables |= SERVICES[name].get("environment", {})
        variables = {variable: self.here(value) for variable, value in variables.items()}
        # The image has the automata ready in its cache; here they are in the one of the tests.
        for variable in ("ENJOIN_CACHE_DIR", "PYTHONPATH"):
            variables[variable] = os.environ.get(variable, "")
        variables["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        return variables

    def check_health(self, command: list[str], **more: str) -> None:
        """Run a health check's command; raise where it says that something is wrong."""
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        here = [self.here(word) for word in command]
        subprocess.run(here, check=True, capture_output=True, env={"PATH": path, **more})


@contextmanager
def _running(command: list[str], until: str, **settings: Any) -> Iterator[None]:
    """Run a command; begin once it has printed some words, and end it and all its children."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        **settings,
    )
    assert process.stdout is not None
    try:
        printed = []
        for line in process.stdout:
            printed.append(line)
            if until in line:
                break
        else:
            pytest.fail(f"{command[0]} did not start:\n{''.join(printed[-30:])}")
        # Read on, so that a full pipe never holds it up.
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.wait()


@contextmanager
def _database(site: Site) -> Iterator[None]:
    """Run PostgreSQL as its image does: user, database and password as the environment says."""
    assert POSTGRES is not None
    programs, data = POSTGRES.resolve().parent, site.folder / "db"
    variables = {name: site.here(value) for name, value in SERVICES["db"]["environment"].items()}
    user, password = variables["POSTGRES_USER"], variables["POSTGRES_PASSWORD_FILE"]
    # PostgreSQL wants a folder of its own, which its user can reach.
    data.mkdir()
    if ROOT_USER:
        os.chown(data, NOBODY["user"], NOBODY["group"])
    options = ["--username", user, "--pwfile", password, "--auth=scram-sha-256", "--no-sync"]
    command = [
        str(programs / "initdb"),
        "--pgdata",
        str(data),
        "--no-locale",
        "--encoding=UTF8",
        *options,
    ]
    subprocess.run(command, check=True, capture_output=True, cwd=data, **NOBODY)
    create = [str(programs / "postgres"), "--single", "-D", str(data), "postgres"]
    statement = f"CREATE DATABASE {variables['POSTGRES_DB']}"
    subprocess.run(
        create, input=statement, check=True, capture_output=True, text=True, cwd=data, **NOBODY
    )
    places = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
    settings = [word for name, value in places.items() for word in ("-c", f"{name}={value}")]
    server = [str(programs / "postgres"), "-D", str(data), "-p", site.ports["db"], *settings]
    with _running(server, "ready to accept connections", cwd=data, **NOBODY):
        health = SERVICES["db"]["healthcheck"]["test"][1:]
        site.check_health([str(programs / health[0]), *health[1:]], PGPORT=site.ports["db"])
        yield


def _free_ports(count: int) -> list[str]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [str(one.getsockname()[1]) for one in sockets]


def _ask(url: str, key: str) -> Any:
    body = clearview_motion().model_dump_json().encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=60) as answer:
        return json.load(answer)


@pytest.mark.skipif(POSTGRES is None, reason="PostgreSQL is not on this machine")
def test_the_services_answer_together(trained: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("psycopg", reason="the extra `server` is not installed")
    saved = locate_model("models:/enjoin/1").folder
    with ExitStack() as stack:
        # Not in pytest's own folder, which only its user may enter.
        folder = Path(tempfile.mkdtemp(prefix="enjoin-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        site = Site(folder, dict(zip(PORTS, _free_ports(len(PORTS)), strict=True)))
        for name in ("run/secrets", "tmp", "var/lib/mlflow", "var/lib/enjoin"):
            (folder / name).mkdir(parents=True)
        key, digest = new_key()
        (folder / "run/secrets/db_password").write_text("a word of this test\n")
        (folder / "run/secrets/api_keys").write_text(f"clerk:{digest}\n")

        stack.enter_context(_database(site))
        settings = {"cwd": folder / "tmp", "env": site.environment("mlflow")}
        stack.enter_context(
            _running(site.command("mlflow"), "Application startup complete", **settings)
        )
        site.check_health(SERVICES["mlflow"]["healthcheck"]["test"][1:])

        # What `train` ends with, without training again.
        variables = site.environment("train")
        help_command = [*site.command("train"), "--help"]
        subprocess.run(help_command, check=True, capture_output=True, env=variables)
        monkeypatch.setenv("MLFLOW_TRACKING_URI", variables["MLFLOW_TRACKING_URI"])
        mlflow.set_experiment("enjoin")
        with mlflow.start_run():
            version = log_to_mlflow(saved, "logged by a test")
        assert assign_alias(int(version)) == "champion"
        assert list((folder / "var/lib/mlflow").rglob("model.json"))

        settings = {"cwd": folder / "tmp", "env": site.environment("endpoint")}
        stack.enter_context(_running(site.command("endpoint"), "startup complete", **settings))
        check = re.search(r"HEALTHCHECK.*?CMD (\[.*\])", LAST_STAGE)
        assert check is not None
        site.check_health(json.loads(check[1]))
        url = f"http://127.0.0.1:{site.ports['endpoint']}/v1/predict"
        answer = _ask(url, key)
        expected = trained.predictor.answer([clearview_motion()])[0]
        assert answer["p_grant"] == pytest.approx(expected.p_grant, abs=1e-9)
        assert answer["model_version"] == "enjoin/1"
        with pytest.raises(urllib.error.HTTPError, match="401"):
            _ask(url, "another key")
        lines = (folder / "var/lib/enjoin/audit.jsonl").read_text().splitlines()
        assert [json.loads(line)["key"] for line in lines] == ["clerk"]
        assert clearview_motion().motion not in lines[0]
