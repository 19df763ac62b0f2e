"""Requests that are sent again while they fail, counted by the try that succeeded."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.overload.figures import describe, name_failure
from benchmarks.overload.http_connection import Answer, Connection, Request

HEAD = ("", "clients", "requests", "slowest s", "first try", "503, second try", "503, later", "failed")
MOST_TRIES = 200
PAUSE_S, LONGEST_PAUSE_S = 0.5, 10.0


async def send_again(
    connection: Connection, request: Request, is_over: Callable[[], bool], tries: int = MOST_TRIES
) -> list[Answer]:
    """Answers to a request that is sent again while it fails: after `Retry-After`, or after a pause."""
    answers = [await connection.send(request)]
    while not answers[-1].is_success and len(answers) < tries and not is_over():
        await asyncio.sleep(min(LONGEST_PAUSE_S, answers[-1].retry_after_s or PAUSE_S))
        answers.append(await connection.send(request))
    return answers


@dataclass(slots=True)
class Repeats:
    """Requests by the try that succeeded, and those that failed by what was answered."""

    succeeded: Counter[int] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0

    def add(self, answers: Sequence[Answer], seconds: float) -> None:
        """Count a request by its answers, which took `seconds` with the pauses between them.

        It failed if any answer but the last was not a 503 with Retry-After, or if the last is not a success.
        """
        self.slowest_s = max(self.slowest_s, seconds)
        wrong = next((answer for answer in answers[:-1] if not answer.is_told_to_retry), answers[-1])
        if wrong.is_success:
            self.succeeded[len(answers)] += 1
        else:
            self.failures[name_failure(wrong)] += 1

    @property
    def later(self) -> int:
        """Requests that took three tries or more."""
        return self.succeeded.total() - self.succeeded[1] - self.succeeded[2]

    @property
    def requests(self) -> int:
        return self.succeeded.total() + self.failures.total()

    def row(self, name: str, clients: int) -> tuple[str, ...]:
        """Return the row under HEAD."""
        tries = (f"{number:,}" for number in (self.succeeded[1], self.succeeded[2], self.later))
        counts = (f"{clients:,}", f"{self.requests:,}", f"{self.slowest_s:.1f}")
        return (name, *counts, *tries, describe(self.failures))
