"""A real browser for tests: Debian's Chromium, driven by the scripts in tests/browser."""

import json
import subprocess
from pathlib import Path
from typing import Any

from helpers.servers.clients import CHROMIUM, needs

SCRIPTS = Path(__file__).parents[1] / "browser"
# Two slow cores that draw in software, with other tests beside them.
PATIENCE_S = 1_500
in_a_browser = needs("chromium", "node")


def run_in_browser(script: str, address: str, *arguments: str) -> dict[str, Any]:
    """What the script saw of the service at the address."""
    command = ["node", str(SCRIPTS / script), address, str(CHROMIUM), *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    return found
