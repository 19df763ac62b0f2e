"""Columns of a weekly update for offices, in their order in the spreadsheet and the form."""

from models.codes import list_codes

DISPLAY_COLUMN_NAMES = ("name", "country")
WEEKLY_COLUMN_NAMES = (
    *("point", *DISPLAY_COLUMN_NAMES, "assessed_on", "operational_status", "valid_from", "valid_until"),
    *("measures", "direction", "traffic", "affected_populations", "nationality_rule", "nationalities"),
    *("excepted_populations", "excepted_nationalities", "expected_duration", "announced_end"),
    *("opening_hours", "estimated_daily_inflow", "estimated_daily_outflow", *list_codes("health_indicator")),
    *("source", "source_type", "source_url", "confidence", "comment"),
)
FORM_COLUMN_NAMES = tuple(name for name in WEEKLY_COLUMN_NAMES if name not in DISPLAY_COLUMN_NAMES)
MEASURE_COLUMN_NAMES = (
    *("measure", "direction", "traffic", "affected_populations", "nationality_rule", "nationalities"),
    *("is_exception", "comment"),
)
# Prefix of the names of questions about a measure, in a form.
MEASURE_PREFIX = "each_"
