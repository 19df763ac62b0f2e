"""Somebody who follows a document, with values of their own where it leaves them open."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from documents.code_blocks import ROOT
from helpers.servers.service import PATIENCE_S, Environment

# Publishing a world took longer than a service takes to answer, with two other runs of the tests beside it.
COMMAND_S = 4 * PATIENCE_S

KEY = re.compile(r"crossings_\w{8}_[\w-]{40,}")
# Names of the checkout that documents use.
OF_THE_CHECKOUT = (".venv", "api", "data")
# curl calls an answer of 404 a success unless it is told not to.
CURLRC = "fail-with-body\nsilent\nshow-error\n"


@dataclass
class Reader:
    """`own` is what stands in place of what the documents print; `folder` is where the reader works."""

    folder: Path
    environment: Environment
    own: dict[str, str]

    def __post_init__(self) -> None:
        for name in OF_THE_CHECKOUT:
            (self.folder / name).symlink_to(ROOT / name)
        (self.folder / ".curlrc").write_text(CURLRC)
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.environment |= {"CURL_HOME": str(self.folder), "PATH": path}

    def put_in(self, text: str) -> str:
        """The text with the reader's own values, those named first before others."""
        for printed, own in self.own.items():
            whole_word = rf"(?<![$\w]){re.escape(printed)}(?!\w)" if printed.isalnum() else re.escape(printed)
            text = re.sub(whole_word, lambda _, own=own: own, text)  # type: ignore[misc]
        return text

    def run_script(self, commands: Sequence[str]) -> None:
        """Run the commands in one shell; each has to succeed. A key that one of them shows is KEY from then on."""
        script = self.put_in("\n".join(["set -euo pipefail", *commands]))
        printed = self.run("bash", "-c", script)
        if found := KEY.search(printed):
            self.environment |= {"KEY": found[0], "CROSSINGS_KEY": found[0]}

    def run_python(self, program: str) -> None:
        self.run(sys.executable, "-c", self.put_in(program))

    def run(self, *command: str) -> str:
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False, timeout=COMMAND_S,
        )  # fmt: skip
        printed = f"{done.stdout[-3000:]}{done.stderr[-3000:]}"
        assert done.returncode == 0, f"{command[-1]}\nended with {done.returncode}\n{printed}"
        return done.stdout
