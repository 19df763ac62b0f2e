"""Whether records of example data, which nobody observed, are among those that the service believes."""

from functools import cache
from typing import Any

from sqlalchemy import DateTime, Select, bindparam, select

from models.office import Office
from models.restriction import Restriction
from models.revision import latest_revision
from models.submission import Submission

# The office by which `crossings example-weeks` posts.
EXAMPLE_OFFICE = "example"


@cache
def example_believed() -> Select[*tuple[Any, ...]]:
    """Statement giving one row: whether any record of example data was believed at `moment`, and the `revision`.

    By way of the office's submissions, of which there are few: records have no index by their source.
    """
    moment = bindparam("moment", type_=DateTime(timezone=True))
    believed = select(Restriction.id).where(
        Restriction.submission_id == Submission.id, Restriction.recorded_during.contains(moment)
    )
    sent = select(Submission.id).join(Office, Office.id == Submission.office_id)
    example = sent.where(Office.code == EXAMPLE_OFFICE, believed.exists()).exists()
    return select(example.label("is_shown"), latest_revision().scalar_subquery().label("revision"))
