"""Small updates that offices post, and what the service recorded of them."""

import datetime as dt
import json
import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from benchmarks.overload.http_connection import Connection, Request
from benchmarks.overload.service import Service
from benchmarks.overload.site import Office, Site

FIRST_DAY = dt.date(2021, 1, 1)
STATUSES = ("closed", "open")
# Pages of the list of submissions, of a hundred each.
MOST_PAGES = 100


@dataclass(frozen=True, slots=True)
class Update:
    """A request that may be sent more than once; `token` is its Idempotency-Key and the name of its file."""

    token: str
    request: Request


def generate_updates(office: Office, comment: str = "") -> Iterator[Update]:
    """Endless: each says of the office's point, a day later than the one before, what was not so before."""
    for number in count():
        day = FIRST_DAY + dt.timedelta(days=number)
        row = {"point": office.point, "assessed_on": day.isoformat(), "operational_status": STATUSES[number % 2]}
        yield make_update(office, {"rows": [row | ({"comment": comment} if comment else {})]})


def make_update(office: Office, document: object) -> Update:
    token = secrets.token_hex(8)
    headers = {
        "Authorization": f"Bearer {office.key}",
        "Content-Type": "application/json",
        "Idempotency-Key": token,
        "Content-Disposition": f"attachment; filename={token}",
    }
    return Update(token, Request("/submissions", "POST", headers, json.dumps(document).encode()))


async def count_recorded(service: Service, site: Site) -> Counter[str]:
    """How often each update was recorded, by its token, as the administrator's list of submissions has it."""
    connection, found = Connection(service.port), Counter[str]()
    path = "/submissions"
    for _ in range(MOST_PAGES):
        answer = await connection.send(Request(path, headers={"Authorization": f"Bearer {site.admin.key}"}))
        if not answer.is_success:
            raise RuntimeError(f"{path}: {answer.status} {answer.error}")
        page = json.loads(answer.body)
        found.update(str(submission["file_name"]) for submission in page["submissions"])
        if not page["links"]:
            break
        path = f"/submissions?after={page['submissions'][-1]['id']}"
    connection.close()
    return found
