"""Columns of a weekly update for offices, in their order in the spreadsheet and the form."""

from models.codes import codes

FOR_THE_READER = ("name", "country")
WEEKLY = (
    *("point", *FOR_THE_READER, "assessed_on", "operational_status", "valid_from", "valid_until"),
    *("measures", "direction", "traffic", "affected_populations", "nationality_rule", "nationalities"),
    *("excepted_populations", "excepted_nationalities", "expected_duration", "announced_end"),
    *("opening_hours", "estimated_daily_inflow", "estimated_daily_outflow", *codes("health_indicator")),
    *("source", "source_type", "source_url", "confidence", "comment"),
)
ASKED = tuple(name for name in WEEKLY if name not in FOR_THE_READER)
OF_A_MEASURE = (
    *("measure", "direction", "traffic", "affected_populations", "nationality_rule", "nationalities"),
    *("is_exception", "comment"),
)
# Prefix of the names of questions about a measure, in a form.
EACH = "each_"
