"""Names of the endpoint, and pages of other sites."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from serve.http.hosts import add_hosts, allowed_hosts


def make_client(
    names: str | None, listens_at: str = "127.0.0.1", same_site: bool = True
) -> TestClient:
    app = FastAPI()
    add_hosts(app, allowed_hosts(names, listens_at), same_site)

    @app.api_route("/word", methods=["GET", "POST"])
    async def word() -> str:
        return "injunction"

    @app.get("/health/live")
    async def live() -> str:
        return "live"

    return TestClient(app)


@pytest.mark.parametrize(
    ("names", "listens_at", "host", "status"),
    [
        (None, "127.0.0.1", "127.0.0.1:8000", 200),
        (None, "127.0.0.1", "LOCALHOST:8000", 200),
        (None, "127.0.0.1", "localhost.", 200),
        (None, "::1", "[::1]:8000", 200),
        (None, "127.0.0.2", "127.0.0.2", 200),
        (None, "127.0.0.1", "evil.example", 400),
        (None, "127.0.0.1", "evil.example:8000", 400),
        (None, "127.0.0.1", "localhost.evil.example", 400),
        (None, "127.0.0.1", "evil.example@localhost", 400),
        (None, "0.0.0.0", "firm.example", 200),  # which requires a key
        ("firm.example", "0.0.0.0", "firm.example:443", 200),
        ("firm.example", "0.0.0.0", "evil.example", 400),
        ("firm.example", "0.0.0.0", "localhost:8000", 200),
        ("a.example, *.firm.example", "127.0.0.1", "x.firm.example", 200),
        ("a.example, *.firm.example", "127.0.0.1", "firm.example", 400),
        ("a.example, *.firm.example", "127.0.0.1", "evilfirm.example", 400),
        ("*", "127.0.0.1", "evil.example", 200),
    ],
)
def test_names(names: str | None, listens_at: str, host: str, status: int) -> None:
    client = make_client(names, listens_at)
    response = client.get("/word", headers={"Host": host})
    assert response.status_code == status
    if status == 400:
        assert "--allowed-hosts" in response.json()["detail"]
    # A platform checks the health by whatever address it knows.
    assert client.get("/health/live", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://localhost:8000"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://localhost:3000"}, 403),  # another program of this machine
        ({"Origin": "null"}, 403),
        ({"Origin": "https://firm.example"}, 200),  # of a proxy that changes the name
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://any.example"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:8000"}, 403),
    ],
)
@pytest.mark.parametrize("content_type", ["text/plain", "application/json"])
def test_pages_of_other_sites(headers: dict[str, str], status: int, content_type: str) -> None:
    sent = {"Host": "localhost:8000", "Content-Type": content_type, **headers}
    client = make_client("firm.example")
    assert client.post("/word", headers=sent, content=b"x").status_code == status
    assert client.get("/word", headers=sent).status_code == 200  # a link from elsewhere
    with_keys = make_client("firm.example", same_site=False)
    assert with_keys.post("/word", headers=sent, content=b"x").status_code == 200
