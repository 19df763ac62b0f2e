"""Slots for concurrent deliveries, so that dead and slow receivers do not delay others.

A receiver that does not respond takes a slot for as long as an attempt may last. The bounds of one process:

- a webhook: one delivery at a time;
- an office: four. One slot is reserved for receivers that took the last message promptly, a second for prompt and new
  receivers;
- all: a hundred. Half are reserved for prompt receivers and for an office's first delivery, and half of that reserve
  for first deliveries alone. A receiver that failed or was slow cannot use the reserve.

So an office gets a slot even if others have any number of dead receivers, and its own working receivers get a slot
beside its dead receivers. There is no bound by host: an office could then delay all others with receivers there.
"""

from collections import Counter
from collections.abc import Sequence
from enum import IntEnum
from typing import Any

MAX_CONCURRENT = 100


class ReceiverState(IntEnum):
    """State of a receiver after its last delivery, in the order of an office's deliveries: see `due_deliveries`."""

    PROMPT = 0
    NEW = 1
    SET_BACK = 2


# Another delivery may start while the office has fewer than this number under way.
MAX_PER_OFFICE = {ReceiverState.PROMPT: 4, ReceiverState.NEW: 3, ReceiverState.SET_BACK: 2}


class DeliverySlots:
    """Deliveries under way in this process."""

    def __init__(self) -> None:
        self._webhooks: set[int] = set()
        self._offices: Counter[int] = Counter()

    @property
    def busy_webhooks(self) -> list[int]:
        return list(self._webhooks)

    @property
    def full_offices(self) -> list[int]:
        most = max(MAX_PER_OFFICE.values())
        return [office for office, number in self._offices.items() if number >= most]

    def take(self, candidates: Sequence[Any]) -> list[Any]:
        """Take slots for the rows of `due_deliveries` that may start, in turns by office, and return these rows."""
        taken = []
        for each in sorted(candidates, key=lambda each: each.place + self._offices[each.office_id]):
            if self._has_room_for(each):
                self._webhooks.add(each.webhook_id)
                self._offices[each.office_id] += 1
                taken.append(each)
        return taken

    def release(self, webhook_id: int, office_id: int) -> None:
        self._webhooks.discard(webhook_id)
        self._offices[office_id] -= 1
        if not self._offices[office_id]:
            del self._offices[office_id]

    def _has_room_for(self, candidate: Any) -> bool:  # noqa: ANN401 - a row
        standing, of_office = ReceiverState(candidate.standing), self._offices[candidate.office_id]
        return (
            candidate.webhook_id not in self._webhooks
            and of_office < MAX_PER_OFFICE[standing]
            and len(self._webhooks) < _limit_concurrency(standing, is_first=of_office == 0)
        )


def _limit_concurrency(standing: ReceiverState, *, is_first: bool) -> int:
    """Return the bound on deliveries under way for starting another delivery of this state."""
    if is_first and standing is not ReceiverState.SET_BACK:
        return MAX_CONCURRENT
    return MAX_CONCURRENT * 3 // 4 if standing is ReceiverState.PROMPT else MAX_CONCURRENT // 2
