"""The worksheet's command, run as a user runs it."""

import subprocess


def told_at_start(process: "subprocess.Popen[str]") -> str:
    """Return what a worksheet prints until it can be opened."""
    assert process.stderr
    told = ""
    for line in process.stderr:
        told += line
        if "Ctrl+C" in told:
            break
    return told
