"""Measures above the level of a point: by the country that imposes them, the origin, and the exceptions."""

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from models.codes import list_codes
from models.tables.base import (
    Base,
    build_code_check,
    build_codes_check,
    build_iso3s_check,
    enforce_no_rewriting,
    quote_codes,
)
from models.tables.bitemporal import BitemporalColumns, build_bitemporal_constraints, build_range_checks


def build_level_check() -> str:
    """Build the SQL condition that the level is in the code list of levels of its indicator."""
    cases = " ".join(
        f"WHEN '{indicator}' THEN level IN ({quote_codes(list_codes(indicator))})"
        for indicator in list_codes("indicator")
    )
    return f"CASE indicator {cases} ELSE false END"


class CountryMeasure(BitemporalColumns, Base):
    """A measure of `imposing_iso3` for people from `origin_iso3`, or for all when that is null.

    `level` is a code of the list named like the indicator: a number where levels are an order (OxCGRT), a name where
    they are not (`air_travel`), which also carries `measure_codes` of IOM's origin-destination matrix.
    """

    __tablename__ = "country_measure"
    __table_args__ = (
        *build_bitemporal_constraints("country_measure", "indicator", "imposing_iso3", "(coalesce(origin_iso3, '*'))"),
        CheckConstraint(build_level_check(), name="level_of_its_indicator"),
        CheckConstraint("origin_iso3 <> imposing_iso3", name="origin_is_another_country"),
        build_codes_check("measure_codes", "air_travel_measure"),
        CheckConstraint(
            "CASE level WHEN 'total' THEN measure_codes <> '{}' WHEN 'partial' THEN true ELSE measure_codes = '{}' END",
            name="measure_codes_of_a_restriction",
        ),
        build_code_check("geographic_scope", "geographic_scope"),
    )

    imposing_iso3: Mapped[str] = mapped_column(ForeignKey("country.iso3"))
    origin_iso3: Mapped[str | None] = mapped_column(ForeignKey("country.iso3"))
    indicator: Mapped[str]
    level: Mapped[str]
    measure_codes: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    geographic_scope: Mapped[str | None]
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    source_reference: Mapped[str | None]
    comment: Mapped[str | None]


class CountryException(BitemporalColumns, Base):
    """People that a country's measure does not apply to, with the conditions. Several hold at once."""

    __tablename__ = "country_exception"
    __table_args__ = (
        *build_range_checks(),
        build_code_check("indicator", "indicator"),
        build_codes_check("affected_populations", "affected_population"),
        build_iso3s_check("nationalities"),
    )

    imposing_iso3: Mapped[str] = mapped_column(ForeignKey("country.iso3"), index=True)
    indicator: Mapped[str]
    nationalities: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    affected_populations: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    immigration_status: Mapped[str | None]
    conditions: Mapped[str | None]
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))


enforce_no_rewriting(CountryMeasure)
enforce_no_rewriting(CountryException)
