"""Outbox of webhooks: queue the messages in the transaction that publishes."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncConnection

from api.settings import get_settings
from api.subscriptions.feeds.entry import Json, build_change_json, format_change_cursor
from api.values.datetimes import format_moment
from models.accounts.webhook_deliveries import add_deliveries
from models.accounts.webhooks import select_listeners
from models.queries.change_log import ChangeLogFilter, select_change_log

MAX_CHANGES = 100
# Comments can be long: without a limit a message had a megabyte, and a hundred are sent at once.
MAX_CHANGES_BYTES = 100_000
# More than a submission has. With a limit PostgreSQL uses an index, without a limit it reads whole tables.
MAX_LOOKED_UP = 100_000
Rows = Sequence[Any]


async def queue_deliveries(connection: AsyncConnection, submission_id: int, recorded_at: dt.datetime) -> None:
    """Queue a message with the changes of the moment for every webhook of their countries; no changes, no message."""
    listeners = (await connection.execute(select_listeners(recorded_at.date()))).all()
    if not listeners:
        return
    all_changes = (await connection.execute(select_change_log(ChangeLogFilter(MAX_LOOKED_UP, since=recorded_at)))).all()
    by_country: dict[str, list[Any]] = {}
    for row in all_changes:
        by_country.setdefault(row.country, []).append(row)
    payloads = []
    for iso3s, numbers in _group_by_places(listeners).items():
        if rows := all_changes if iso3s is None else _select_by_country(by_country, iso3s):
            payloads.append((numbers, _build_payload(rows, iso3s, submission_id, recorded_at)))
    await add_deliveries(connection, payloads, recorded_at)


def _group_by_places(listeners: Rows) -> dict[tuple[str, ...] | None, list[int]]:
    """Group the numbers of webhooks by their countries: webhooks with the same countries share one message."""
    numbers: dict[tuple[str, ...] | None, list[int]] = {}
    for number, iso3s in listeners:
        places = None if iso3s is None else tuple(sorted(set(iso3s)))
        numbers.setdefault(places, []).append(number)
    return numbers


def _select_by_country(by_country: Mapping[str, list[Any]], iso3s: Iterable[str]) -> Rows:
    """Select the changes in the countries, newest first."""
    rows = [row for iso3 in iso3s for row in by_country.get(iso3, ())]
    return sorted(rows, key=lambda row: (row.id, row.valid_from), reverse=True)


def _build_payload(rows: Rows, iso3s: Sequence[str] | None, submission_id: int, recorded_at: dt.datetime) -> Json:
    """Build the message without its number, which is the delivery's and does not exist yet."""
    first = _take_first(rows)
    return {
        "recorded_at": format_moment(recorded_at),
        "submission": submission_id,
        "count": len(rows),
        "changes": first,
        "more": _build_next_url(rows[len(first) - 1], iso3s, recorded_at) if len(rows) > len(first) else None,
    }


def _take_first(rows: Rows) -> list[Json]:
    """Take the first changes: MOST_CHANGES, or as many as fit into MOST_BYTES, and at least one."""
    first: list[Json] = []
    bytes_left = MAX_CHANGES_BYTES
    for row in rows[:MAX_CHANGES]:
        change = build_change_json(row)
        bytes_left -= len(json.dumps(change, ensure_ascii=False).encode())
        if first and bytes_left < 0:
            break
        first.append(change)
    return first


def _build_next_url(last: Any, iso3s: Sequence[str] | None, recorded_at: dt.datetime) -> str:  # noqa: ANN401 - a row
    """Build the address of the changes after the message's last; without a host if no public address is set."""
    query = {"since": format_moment(recorded_at), "after": format_change_cursor(last)}
    if iso3s is not None:
        query["country"] = ",".join(iso3s)
    root = (get_settings().crossings_public_url or "").rstrip("/")
    return f"{root}/changes.json?{urlencode(query, safe=':/,')}"
