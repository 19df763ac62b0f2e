"""Settings, read from the environment."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, NonNegativeInt, PositiveInt, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Settings(BaseSettings):
    """What an operator can set. Each is an environment variable and is documented in README.md."""

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
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on.")
    crossings_public_url: str | None = Field(
        None, description="Address under which the public reaches the service, for the links it writes."
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
    crossings_cache_bytes: NonNegativeInt = Field(
        24_000_000, description="How much of finished answers one process keeps; 0 keeps none."
    )
    crossings_statement_timeout_s: PositiveInt = Field(60, description="Longest time a reading statement may take.")
    crossings_week_ends_on: Weekday = Field("thursday", description="Last day of the reporting week.")
    crossings_secret: SecretStr | None = Field(
        None,
        min_length=32,
        description="What the signing secrets of webhooks are made from, the same for all processes; without it, the "
        "random file `secret`, made once in the data directory.",
    )
    crossings_webhook_private_addresses: bool = Field(
        default=False, description="Also tell webhooks at loopback, private and link-local addresses."
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
def settings() -> Settings:
    return Settings()


def project_directory() -> Path:
    """Where the packages stand, and beside them the migrations, the shipped data and the browser's part."""
    return Path(__file__).parent.parent
