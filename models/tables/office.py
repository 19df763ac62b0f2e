"""Tables of offices and of their keys."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Identity, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, build_code_check


class Office(Base):
    """Office that posts, or reviews the submissions of others. With `needs_review` its updates wait for a reviewer."""

    __tablename__ = "office"
    __table_args__ = (
        CheckConstraint("code ~ '^[a-z0-9][a-z0-9-]{1,39}$'", name="code_form"),
        CheckConstraint("language IN ('en', 'fr', 'es', 'ar')", name="language_is_spoken"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    language: Mapped[str] = mapped_column(server_default="en")
    needs_review: Mapped[bool] = mapped_column(server_default=text("false"))


class OfficeCountry(Base):
    """Country that an office may write for."""

    __tablename__ = "office_country"

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), primary_key=True)
    iso3: Mapped[str] = mapped_column(ForeignKey("country.iso3"), primary_key=True)


class OfficeRegion(Base):
    """Region in which an office's reviewers decide."""

    __tablename__ = "office_region"

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), primary_key=True)


class ApiKey(Base):
    """Key, stored only as a hash; `prefix` is its public part, which identifies it."""

    __tablename__ = "api_key"
    __table_args__ = (
        build_code_check("role", "role"),
        CheckConstraint("octet_length(secret_sha256) = 32", name="secret_is_a_hash"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    role: Mapped[str]
    prefix: Mapped[str] = mapped_column(unique=True)
    secret_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    label: Mapped[str | None]
    issued_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]
    last_used_at: Mapped[dt.datetime | None]
