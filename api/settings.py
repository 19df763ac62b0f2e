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
        raise ValueError("must be an address like https://crossings.example.org or https://example.org/crossings")
    return text


def _parse_proxies(value: str | tuple[str, ...] | None) -> tuple[str, ...] | None:
    listed = tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
    try:
        for each in listed or ():
            if each != "*":
                ip_network(each)
    except ValueError:
        raise ValueError(
            "must be addresses or networks separated by commas, like 10.0.0.5,172.16.0.0/12, or *"
        ) from None
    return listed


def _parse_host_names(value: str | tuple[str, ...]) -> tuple[str, ...]:
    names = (
        tuple(name.strip().lower() for name in value.split(",") if name.strip()) if isinstance(value, str) else value
    )
    if not all(map(HOST_NAME.fullmatch, names)):
        raise ValueError("must be names separated by commas, without scheme or port: crossings.example.org,10.0.0.5")
    return names


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Settings(BaseSettings):
    """Settings of an operator. Each is an environment variable and is documented in README.md."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True)

    database_url: str | None = Field(None, description="PostgreSQL to use; by default a private one is started.")
    database_read_url: str | None = Field(None, description="Streaming replica of it, for public reads.")
    crossings_through_pgbouncer: bool = Field(
        default=False, description="DATABASE_URL and DATABASE_READ_URL connect through PgBouncer in transaction mode."
    )
    crossings_data_dir: Path = Field(
        default_factory=lambda: Path.home() / ".local/share/crossings",
        description="Data directory of the private PostgreSQL.",
    )
    crossings_heal_timeout_s: PositiveInt = Field(
        120, description="Time for which the private PostgreSQL may fail to restart before /health/live fails."
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on.")
    crossings_connections: PositiveInt = Field(
        2_000, description="Maximum client connections; when all are in use, idle connections are closed."
    )
    crossings_connections_per_address: NonNegativeInt = Field(
        0, description="Maximum connections of one client address, or /64 of IPv6; 0: no limit, as behind a proxy."
    )
    crossings_headers_largest_bytes: int = Field(
        65_536, ge=1_024, description="Maximum size of the request line and headers together."
    )
    crossings_headers_timeout_s: PositiveInt = Field(
        15, description="Maximum wait for a connection's first byte, and for the end of a request's headers."
    )
    crossings_keep_alive_s: PositiveInt = Field(
        5, description="Maximum wait for the next request on a connection; longer than that of a proxy in front."
    )
    crossings_client_least_bytes_per_s: PositiveInt = Field(
        500, description="Minimum rate at which a client must send a body and receive a response."
    )
    crossings_client_patience_s: PositiveInt = Field(
        30, description="Seconds by which a client may fall behind this rate before its connection is closed."
    )
    crossings_unsent_bytes: PositiveInt = Field(
        64_000_000,
        description="Maximum memory for unsent large responses; the slowest clients are disconnected.",
    )
    crossings_shutdown_grace_s: PositiveInt = Field(
        7, description="Maximum time for running requests when the service stops; closing takes 1 to 2 s more."
    )
    crossings_public_url: Annotated[str, AfterValidator(_validate_public_url)] | None = Field(
        None, description="Public address of the service, for its links."
    )
    crossings_allowed_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_parse_host_names)] = Field(
        (), description="Additional host names of the service."
    )
    forwarded_allow_ips: Annotated[tuple[str, ...] | None, NoDecode, BeforeValidator(_parse_proxies)] = Field(
        None, description="Proxies whose forwarded client and host headers are trusted."
    )
    crossings_pool_size: PositiveInt = Field(10, description="Connections to PostgreSQL in the pool of one process.")
    crossings_pool_wait_s: PositiveInt = Field(10, description="Maximum time a read waits for a connection.")
    crossings_writer_pool_size: int = Field(
        6, ge=5, description="Additional connections to PostgreSQL of one process, for writing."
    )
    crossings_writes_waiting: PositiveInt = Field(200, description="Maximum updates waiting in one process.")
    crossings_write_wait_s: PositiveInt = Field(30, description="Maximum time an update waits.")
    crossings_spool_bytes: PositiveInt = Field(
        1_000_000_000, description="Disk space of one process for files that slow clients are downloading."
    )
    crossings_kept_files_bytes: NonNegativeInt = Field(
        500_000_000, description="Disk space of one process for created files, for repeated downloads."
    )
    crossings_cache_bytes: NonNegativeInt = Field(
        24_000_000, description="Memory of one process for cached responses; 0 disables the cache."
    )
    crossings_statement_timeout_s: PositiveInt = Field(60, description="Time limit of a reading statement.")
    crossings_public_statement_timeout_s: PositiveInt = Field(
        8, description="Time limit of a statement for public reads, except files and reports."
    )
    crossings_largest_cost_s: PositiveFloat = Field(
        3.0, description="Maximum estimated cost of a filter, in processor seconds."
    )
    crossings_heavy_at_once: PositiveInt = Field(
        2, description="Concurrent reports and files of all processes of a machine; the same limit for long series."
    )
    crossings_heavy_waiting: NonNegativeInt = Field(8, description="Maximum requests waiting for a report or a file.")
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
        description="Secret from which webhook signing secrets are derived, the same for all processes; default: the "
        "random file `secret`, created once in the data directory.",
    )
    crossings_webhook_private_addresses: bool = Field(
        default=False, description="Also allow webhooks at loopback, private and link-local addresses, at any port."
    )
    crossings_webhooks_per_office: PositiveInt = Field(
        20, description="Maximum webhooks of one office; existing webhooks stay."
    )

    crossings_submission_largest_bytes: PositiveInt = Field(20_000_000, description="Maximum size of a weekly update.")
    crossings_submission_largest_unpacked_bytes: PositiveInt = Field(
        200_000_000, description="Maximum unpacked size of a posted spreadsheet."
    )
    crossings_submission_most_rows: PositiveInt = Field(20_000, description="Maximum rows of a weekly update.")
    crossings_submission_most_columns: PositiveInt = Field(100, description="Maximum columns of a weekly update.")
    crossings_submission_longest_value: int = Field(
        10_000, ge=1, le=100_000, description="Maximum length of a value of a weekly update, in characters."
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
