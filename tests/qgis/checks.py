"""Checks of QGIS against a running service. Each prints one line: `ok`, `FAIL` or `skip`, the version, a sentence."""

import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from qgis.core import Qgis
from session import start_qgis

VERSION = Qgis.versionInt() // 100


@dataclass(frozen=True)
class Check:
    """A check, and the first version that passes it by what QGIS can do, as 344 for 3.44."""

    sentence: str
    function: Callable[[], None]
    since: int = 0


CHECKS: list[Check] = []


def check(sentence: str, *, since: int = 0) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register a check, which fails by an AssertionError with the actual value."""

    def register(function: Callable[[], None]) -> Callable[[], None]:
        CHECKS.append(Check(sentence, function, since))
        return function

    return register


def run_checks() -> None:
    """Run the registered checks in their order and exit, with status 1 if one failed.

    Without QGIS's own end, which crashes where Python still holds a layer.
    """
    start_qgis()
    outcomes = [_run(each) for each in CHECKS]
    sys.stdout.flush()
    os._exit("FAIL" in outcomes)


def _run(each: Check) -> str:
    outcome, reason = "ok", ""
    if each.since > VERSION:
        outcome, reason = "skip", f" (since QGIS {each.since // 100}.{each.since % 100})"
    else:
        try:
            each.function()
        except Exception as error:  # noqa: BLE001 - each check has a report of its own
            outcome, reason = "FAIL", f": {error!r:.500}"
            traceback.print_exc()
    print(f"{outcome:4}  {Qgis.QGIS_VERSION.partition('-')[0]:8}{each.sentence}{reason}", flush=True)
    return outcome
