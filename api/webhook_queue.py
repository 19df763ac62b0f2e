"""What webhooks are to be told of a publication, kept in the transaction that publishes."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncConnection

from api.change import Json, change_json, cursor_text
from api.settings import settings
from api.time_parameters import moment_text
from models.changes import ChangesAsked, changes
from models.webhooks import add_deliveries, listening

MOST_CHANGES = 100
# More than a submission makes. With a bound PostgreSQL looks the changes up, without one it reads whole tables.
MOST_LOOKED_UP = 100_000
Rows = Sequence[Any]


async def queue_deliveries(connection: AsyncConnection, submission_id: int, recorded_at: dt.datetime) -> None:
    """Have every webhook told of what was published at the moment in its countries; of nothing, none is told."""
    listeners = (await connection.execute(listening(recorded_at.date()))).all()
    if not listeners:
        return
    told = (await connection.execute(changes(ChangesAsked(MOST_LOOKED_UP, since=recorded_at)))).all()
    by_country: dict[str, list[Any]] = {}
    for row in told:
        by_country.setdefault(row.country, []).append(row)
    payloads = {
        number: _payload(rows, iso3s, submission_id, recorded_at)
        for number, iso3s in listeners
        if (rows := told if iso3s is None else _of(by_country, iso3s))
    }
    await add_deliveries(connection, payloads, recorded_at)


def _of(by_country: Mapping[str, list[Any]], iso3s: Iterable[str]) -> Rows:
    """The changes in the countries, in the order of all."""
    rows = [row for iso3 in set(iso3s) for row in by_country.get(iso3, ())]
    return sorted(rows, key=lambda row: (row.id, row.valid_from), reverse=True)


def _payload(rows: Rows, iso3s: Sequence[str] | None, submission_id: int, recorded_at: dt.datetime) -> Json:
    """The message, but for its number: that is the delivery's, and not known before."""
    return {
        "recorded_at": moment_text(recorded_at),
        "submission": submission_id,
        "count": len(rows),
        "changes": [change_json(row) for row in rows[:MOST_CHANGES]],
        "more": _address_of_the_rest(rows, iso3s, recorded_at) if len(rows) > MOST_CHANGES else None,
    }


def _address_of_the_rest(rows: Rows, iso3s: Sequence[str] | None, recorded_at: dt.datetime) -> str:
    """Where the changes are that did not fit; without a host where the service does not know its public one."""
    query = {"since": moment_text(recorded_at), "after": cursor_text(rows[MOST_CHANGES - 1])}
    if iso3s is not None:
        query["country"] = ",".join(sorted(set(iso3s)))
    root = (settings().crossings_public_url or "").rstrip("/")
    return f"{root}/changes.json?{urlencode(query, safe=':/,')}"
