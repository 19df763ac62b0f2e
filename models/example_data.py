"""Test for records of example data, which nobody observed, among the current records of the service."""

from functools import cache
from typing import Any

from sqlalchemy import DateTime, Select, bindparam, select

from models.office import Office
from models.restriction import Restriction
from models.revision import select_latest_revision
from models.submission import Submission

# The office by which `crossings example-weeks` posts.
EXAMPLE_OFFICE = "example"


@cache
def select_example_state() -> Select[*tuple[Any, ...]]:
    """Select one row: whether any record of example data was current at `moment`, and the `revision`.

    It goes through the office's submissions, which are few: records have no index by their source.
    """
    moment = bindparam("moment", type_=DateTime(timezone=True))
    believed = select(Restriction.id).where(
        Restriction.submission_id == Submission.id, Restriction.recorded_during.contains(moment)
    )
    sent = select(Submission.id).join(Office, Office.id == Submission.office_id)
    example = sent.where(Office.code == EXAMPLE_OFFICE, believed.exists()).exists()
    return select(example.label("is_shown"), select_latest_revision().scalar_subquery().label("revision"))
