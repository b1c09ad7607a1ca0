"""Make the README's pictures from the running product: `python -m docs.pictures`.

They show the champion of the MLflow store in use (`MLFLOW_TRACKING_URI`, by default the one in the
current folder): `page.png` is the page of `enjoin serve` in a headless Chromium, about the example
motion; `reliability.png` is the reliability plot of the champion's training run.
"""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import mlflow
from playwright.sync_api import Page, expect, sync_playwright

from train.tracking.registry import REGISTERED_NAME, client, registry_state

FOLDER = Path(__file__).with_name("pictures")
WIDTH = 960
"""Width of the page in CSS pixels: little more than GitHub shows of a README's picture."""
SCALE = 1.25
"""Pixels of the picture per CSS pixel."""
MARGIN = 24
"""CSS pixels below the last paper."""
START_SECONDS = 300
"""How long the endpoint may take to start; without a registered model, it trains one first."""
HIDDEN = (
    "#motion-form, #key-line, #factors, h3:has(+ #factors), section[aria-label='What if'], #rate, "
    "h3:has(+ #rate), #comparables, #how-good, #trace, #disclaimer, .buttons"
)
"""What is left out: conclusion, prediction, scorecard, effect of each family and papers stay."""


def main() -> None:
    """Write both pictures to `docs/pictures/`."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("docs.pictures needs Chromium: apt-get install chromium")
    FOLDER.mkdir(exist_ok=True)
    with serving() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(
            viewport={"width": WIDTH, "height": 900},
            device_scale_factor=SCALE,
            color_scheme="light",
        )
        page.goto(url)
        photograph_example(page, FOLDER / "page.png")
        browser.close()
    fetch_reliability_plot(FOLDER / "reliability.png")
    for path in sorted(FOLDER.glob("*.png")):
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


@contextmanager
def serving() -> Iterator[str]:
    """Run `enjoin serve` on a free port, and give its address.

    Raises
    ------
    RuntimeError
        If it stops, or is not ready in `START_SECONDS`.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "enjoin", "serve", "--port", str(port)]
    endpoint = subprocess.Popen(command)
    url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + START_SECONDS
    try:
        while not is_ready(url):
            if endpoint.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("enjoin serve did not start")
            time.sleep(0.2)
        yield url
    finally:
        endpoint.terminate()
        endpoint.wait()


def is_ready(url: str) -> bool:
    """Return whether the endpoint answers."""
    try:
        with urlopen(f"{url}/health/ready", timeout=5):
            return True
    except OSError:
        return False


def photograph_example(page: Page, output: Path) -> None:
    """Fill in the example motion, predict, and save what the page then shows."""
    page.wait_for_selector("#motion_type option[value=tro]", state="attached")
    page.click("#example")
    # The page's policy forbids the eval of wait_for_function.
    expect(page.locator("#motion")).not_to_have_value("")
    page.click("button.main")
    page.wait_for_selector("#comparables li")
    page.evaluate(
        """(hidden) => {
            for (const element of document.querySelectorAll(hidden)) element.style.display = "none";
        }""",
        HIDDEN,
    )
    papers = page.locator("#papers").bounding_box()
    assert papers is not None  # it is on the page
    height = papers["y"] + papers["height"] + page.evaluate("window.scrollY") + MARGIN
    page.mouse.move(0, 0)  # off any passage, whose note would be shown
    page.screenshot(
        path=output, full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": height}
    )


def fetch_reliability_plot(output: Path) -> None:
    """Copy the champion's reliability plot on later years from its training run."""
    version = registry_state().default_version
    run_id = client().get_model_version(REGISTERED_NAME, str(version)).run_id
    plot = mlflow.artifacts.download_artifacts(
        run_id=run_id, artifact_path="plots/reliability_rolling.png"
    )
    shutil.copyfile(plot, output)


if __name__ == "__main__":
    main()
