"""Fetch opinions until killed; run by `test_fetch.py`.

python killed_fetch.py OUTPUT [--resume]
"""

import sys

from typer.testing import CliRunner

from enjoin import app

if __name__ == "__main__":
    arguments = ["fetch", "courtlistener", "--court", "ilnd", *sys.argv[1:]]
    sys.exit(CliRunner().invoke(app, arguments).exit_code)
