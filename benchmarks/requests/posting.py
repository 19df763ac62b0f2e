"""Posting weekly updates to a service that runs, with an admin's key."""

import os
import subprocess
import time
from dataclasses import dataclass

import httpx

from benchmarks.data.weekly_rows import FORMS, OF_NEW_POINTS, Form, generate_new_points
from benchmarks.peers.crossings import COMMAND
from benchmarks.peers.served import Place, Served

PATIENCE_S = 600


@dataclass(frozen=True, slots=True)
class Office:
    """A service, and the key with which an office posts to it."""

    served: Served
    key: str

    def post(self, form: Form, body: bytes) -> float:
        """The seconds until the answer was there."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": form.media_type}
        began = time.perf_counter()
        answer = httpx.post(f"{self.served.address}/submissions", content=body, headers=headers, timeout=PATIENCE_S)
        took_s = time.perf_counter() - began
        if not answer.is_success:
            raise SystemExit(answer.text[:2000])
        return took_s

    def points(self, count: int) -> list[str]:
        """Codes of so many points; those that lack are added."""
        found = self._points()
        if (lacking := count - len(found)) > 0:
            self.post(FORMS["csv"], FORMS["csv"].written(OF_NEW_POINTS, generate_new_points(lacking)))
            found = self._points()
        return found[:count]

    def _points(self) -> list[str]:
        found: list[str] = []
        address = f"{self.served.address}/collections/points-of-entry/items?limit=10000&properties=code"
        while address:
            page = httpx.get(address, timeout=PATIENCE_S).json()
            found += [feature["id"] for feature in page["features"]]
            address = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
        return found


def create_office(served: Served, place: Place) -> Office:
    """An office that may write everywhere, made for this on the place's database."""
    _run_crossings(place, "office", "add", "benchmark", "--name", "Benchmark", "--country", "BRA")
    issued = _run_crossings(place, "key", "issue", "benchmark", "--role", "admin")
    return Office(served, issued.split()[-1])


def _run_crossings(place: Place, *words: str) -> str:
    environment = {**os.environ, "DATABASE_URL": place.database}
    return subprocess.run([COMMAND, *words], env=environment, capture_output=True, text=True, check=True).stdout
