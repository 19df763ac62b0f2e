"""Issue a new key: the body of the request, and the transaction's statement."""

import datetime as dt
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.api_key import Key
from api.offices.schemas import Line
from models.accounts.api_keys import issue_key
from models.codes import list_codes


def _validate_role(text: str) -> str:
    if text not in list_codes("role"):
        raise ValueError(f"is not a role; expected one of {', '.join(list_codes('role'))}")
    return text


Role = Annotated[str, AfterValidator(_validate_role), Field(json_schema_extra={"enum": [*list_codes("role")]})]
DaysUntilExpiry = Annotated[int, Field(ge=1, le=3650)]


class NewKey(BaseModel):
    """Purpose and duration of a key; without `expires_in_days` it is valid until it is revoked."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    role: Role
    label: Line | None = None
    expires_in_days: DaysUntilExpiry | None = None


async def issue_office_key(connection: AsyncConnection, office: str, new: NewKey, *, by: int | None) -> Key:
    """Issue a key to an existing office; `by` is the id of the issuing key."""
    key, now = Key.generate(), dt.datetime.now(dt.UTC)
    await issue_key(
        connection,
        office,
        role=new.role,
        prefix=key.prefix,
        secret_sha256=key.secret_sha256(),
        label=new.label,
        expires_at=now + dt.timedelta(days=new.expires_in_days) if new.expires_in_days else None,
        by=by,
        at=now,
    )
    return key
