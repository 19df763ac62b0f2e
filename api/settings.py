"""Settings, read from the environment."""

import re
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    ValidationError,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.exceptions import UserError
from models.analysis.staleness import ANY_AGE_D, DEFAULT_MAX_AGE_D

HOST_NAME = re.compile(r"[a-z0-9._-]+|\[[0-9a-f:.]+\]")
# It is part of headers and pages, so it contains no character with a meaning there.
PUBLIC_URL = re.compile(r"https?://([A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~%/-]*)?")


class InvalidSetting(UserError):
    """Setting that cannot be used; the message names it, but not its value, which may be a secret."""


def _validate_public_url(text: str) -> str:
    if not PUBLIC_URL.fullmatch(text):
        raise ValueError("has to be an address like https://crossings.example.org or https://example.org/crossings")
    return text


def _parse_proxies(value: str | tuple[str, ...] | None) -> tuple[str, ...] | None:
    listed = tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
    try:
        for each in listed or ():
            if each != "*":
                ip_network(each)
    except ValueError:
        raise ValueError(
            "has to be addresses or networks with commas between, like 10.0.0.5,172.16.0.0/12, or *"
        ) from None
    return listed


def _parse_host_names(value: str | tuple[str, ...]) -> tuple[str, ...]:
    names = (
        tuple(name.strip().lower() for name in value.split(",") if name.strip()) if isinstance(value, str) else value
    )
    if not all(map(HOST_NAME.fullmatch, names)):
        raise ValueError("has to be names with commas between, without scheme or port: crossings.example.org,10.0.0.5")
    return names


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Settings(BaseSettings):
    """Settings of an operator. Each is an environment variable and is documented in README.md."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True)

    database_url: str | None = Field(None, description="PostgreSQL to use; without it a private one is run.")
    database_read_url: str | None = Field(None, description="A streaming replica of it, for what anybody may read.")
    crossings_through_pgbouncer: bool = Field(
        default=False, description="DATABASE_URL and DATABASE_READ_URL lead through PgBouncer in transaction mode."
    )
    crossings_data_dir: Path = Field(
        default_factory=lambda: Path.home() / ".local/share/crossings",
        description="Where the private PostgreSQL keeps its data.",
    )
    crossings_heal_timeout_s: PositiveInt = Field(
        120, description="How long the private PostgreSQL may fail to start again before /health/live fails."
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on.")
    crossings_connections: PositiveInt = Field(
        2_000, description="Most connections of clients at a time; when all are taken, idle ones are closed."
    )
    crossings_connections_per_address: NonNegativeInt = Field(
        0, description="Most connections of one client address, or /64 of IPv6; 0 for no bound, as behind a proxy."
    )
    crossings_headers_largest_bytes: int = Field(
        65_536, ge=1_024, description="Largest request line and headers together."
    )
    crossings_headers_timeout_s: PositiveInt = Field(
        15, description="Longest wait for a connection's first byte, and for the end of a request's headers."
    )
    crossings_keep_alive_s: PositiveInt = Field(
        5, description="Longest wait for another request on a connection; longer than that of a proxy in front."
    )
    crossings_client_least_bytes_per_s: PositiveInt = Field(
        500, description="Least rate at which a client has to send a body and to take an answer."
    )
    crossings_client_patience_s: PositiveInt = Field(
        30, description="Seconds by which a client may fall behind that rate before its connection is closed."
    )
    crossings_unsent_bytes: PositiveInt = Field(
        64_000_000,
        description="Most memory for large answers that clients have not taken yet; the slowest are closed.",
    )
    crossings_shutdown_grace_s: PositiveInt = Field(
        7, description="Longest time for requests under way when the service is stopped; closing takes 1 to 2 s more."
    )
    crossings_public_url: Annotated[str, AfterValidator(_validate_public_url)] | None = Field(
        None, description="Address under which the public reaches the service, for the links it writes."
    )
    crossings_allowed_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_parse_host_names)] = Field(
        (), description="Further names under which the service answers."
    )
    forwarded_allow_ips: Annotated[tuple[str, ...] | None, NoDecode, BeforeValidator(_parse_proxies)] = Field(
        None, description="Proxies that may say for whom, and under which address, they ask."
    )
    crossings_pool_size: PositiveInt = Field(10, description="Connections to PostgreSQL kept by one process.")
    crossings_pool_wait_s: PositiveInt = Field(10, description="Longest time a read waits for a connection.")
    crossings_writer_pool_size: int = Field(
        6, ge=5, description="Connections to PostgreSQL of one process for writing, beside the others."
    )
    crossings_writes_waiting: PositiveInt = Field(200, description="Updates that wait for their turn in one process.")
    crossings_write_wait_s: PositiveInt = Field(30, description="Longest time an update waits for its turn.")
    crossings_spool_bytes: PositiveInt = Field(
        1_000_000_000, description="How much of files one process keeps on disk for clients that read slowly."
    )
    crossings_kept_files_bytes: NonNegativeInt = Field(
        500_000_000, description="How much of written files one process keeps on disk for those who ask again."
    )
    crossings_cache_bytes: NonNegativeInt = Field(
        24_000_000, description="How much of finished answers one process keeps; 0 keeps none."
    )
    crossings_statement_timeout_s: PositiveInt = Field(60, description="Longest time a reading statement may take.")
    crossings_public_statement_timeout_s: PositiveInt = Field(
        8, description="Longest time a statement may take for what anybody may read, files and reports aside."
    )
    crossings_largest_cost_s: PositiveFloat = Field(
        3.0, description="Largest cost of a filter, as estimated before it is asked, in seconds of a processor."
    )
    crossings_heavy_at_once: PositiveInt = Field(
        2, description="Reports and files written at once by all processes of a machine; so many long series too."
    )
    crossings_heavy_waiting: NonNegativeInt = Field(8, description="Requests that may wait for a report or a file.")
    crossings_week_ends_on: Weekday = Field("thursday", description="Last day of the reporting week.")
    crossings_stale_after_d: int = Field(
        DEFAULT_MAX_AGE_D,
        ge=1,
        le=ANY_AGE_D,
        description="Age of a point's last assessment, in days, from which its status is stale.",
    )
    crossings_secret: SecretStr | None = Field(
        None,
        min_length=32,
        description="What the signing secrets of webhooks are made from, the same for all processes; without it, the "
        "random file `secret`, made once in the data directory.",
    )
    crossings_webhook_private_addresses: bool = Field(
        default=False, description="Also tell webhooks at loopback, private and link-local addresses, at any port."
    )
    crossings_webhooks_per_office: PositiveInt = Field(
        20, description="Most webhooks of one office; one that has more keeps them."
    )

    crossings_submission_largest_bytes: PositiveInt = Field(
        20_000_000, description="Largest weekly update that is read."
    )
    crossings_submission_largest_unpacked_bytes: PositiveInt = Field(
        200_000_000, description="Largest size to which a posted spreadsheet may unpack."
    )
    crossings_submission_most_rows: PositiveInt = Field(20_000, description="Most rows of a weekly update.")
    crossings_submission_most_columns: PositiveInt = Field(100, description="Most columns of a weekly update.")
    crossings_submission_longest_value: int = Field(
        10_000, ge=1, le=100_000, description="Longest value of a weekly update, in characters."
    )


@cache
def get_settings() -> Settings:
    """Return the settings. Raises BadSetting."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = (f"{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors())
        raise InvalidSetting("; ".join(wrong).replace("Value error, ", "")) from None


def get_project_directory() -> Path:
    """Return the directory of the packages, the migrations, the shipped data and the browser's part."""
    return Path(__file__).parent.parent
