"""Executive summary: sentences with the figures, in the order of IOM's editions over two years."""

from collections.abc import Iterator

from api.reports.translations import Translations
from models.codes import fold_text
from models.report.figures import NOT_STATED, UNDATED
from models.report.ranking import rank_regions
from models.report.status_counts import Figures
from models.report.transitions import NONE_RECORDED

MAX_REGIONS = 3
MAX_NAMED = 10
MAX_CODES = 3
TOTAL_CLOSURE = "4"


def build_summary(figures: Figures, words: Translations) -> list[str]:
    """Build the sentences, one for each bullet."""
    return list(_iterate_sentences(figures, words))


def _iterate_sentences(figures: Figures, words: Translations) -> Iterator[str]:
    day, total = figures["day"], figures["day"]["total"]
    yield _format_scope(figures, words)
    if not total["assessed"]:
        yield words("summary", "none", on=words.day(figures["on"]))
    else:
        yield words("summary", "freshness", months=_format_months(day["freshness"]["months"], words))
        yield _format_count(figures, words)
        yield _format_status(total, words)
        yield from _format_regions(day["regions"], figures, words)
        yield from _format_types(day, words)
        yield from _format_restrictions(day, words)
        yield from _format_uniform(figures, words)
    yield (_format_country_travel if figures["level"] == "country" else _format_travel)(figures, words)
    if figures["changed"] is not None:
        points = words.count(figures["changed"]["points"])
        yield words("summary", "changed", points=points, compare=words.day(figures["compare"]))
    yield _format_due(figures, words)
    if day["transit"]["points"]:
        yield words("summary", "transit", assessed=words.count(day["transit"]["assessed"]))


def _format_scope(figures: Figures, words: Translations) -> str:
    values = {"on": words.day(figures["on"]), "moment": words.moment(figures["known_at"])}
    if figures["compare"] is None:
        return words("summary", "scope_alone", **values)
    return words("summary", "scope", compare=words.day(figures["compare"]), **values)


def _format_months(months: Figures, words: Translations) -> str:
    shares = [
        words("summary", "freshness_month", share=words.share(tally["share"]), month=words.month(month))
        for month, tally in months.items()
        if month != UNDATED
    ]
    if months[UNDATED]["points"]:
        shares.append(words("summary", "freshness_undated", share=words.share(months[UNDATED]["share"])))
    return words.listed(shares)


def _format_count(figures: Figures, words: Translations) -> str:
    day = figures["day"]
    types = [
        words(
            "summary",
            "count_type",
            points=words.count(tally["points"]),
            type=words("type_plural", name),
            share=words.share(tally["share"]),
        )
        for name, tally in day["type_shares"].items()
    ]
    counts = {
        "assessed": day["total"]["assessed"],
        "countries": day["countries_covered"],
        "not_assessed": day["total"]["not_assessed"],
    }
    values = {name: words.count(count) for name, count in counts.items()}
    return words("summary", _choose_message("count", figures), types=words.listed(types), **values)


def _choose_message(name: str, figures: Figures) -> str:
    """Return the name of the message, or of its variant for one country: "in 1 countries" would be useless."""
    return f"{name}_country" if figures["level"] == "country" else name


def _format_status(total: Figures, words: Translations) -> str:
    groups = [
        words(
            "summary",
            "status_group",
            share=words.format_share_change(total["groups"][group]),
            group=words("group_in_sentence", group),
        )
        for group in ("fully_closed", "partially_operational", "fully_operational")
    ]
    unknown = words("summary", "status_unknown", share=words.format_share_change(total["groups"]["unknown"]))
    return words("summary", "status", groups=words.listed([*groups, unknown]))


def _format_regions(regions: Figures, figures: Figures, words: Translations) -> Iterator[str]:
    for name, group in (("closed_regions", "fully_closed"), ("open_regions", "fully_operational")):
        first = [place for place in rank_regions(regions, group) if place["share"]][:MAX_REGIONS]
        shares = [
            words(
                "summary",
                "region",
                region=words.region(place["region"], figures["regions"].get(place["region"])),
                share=words.format_share_change(place),
            )
            for place in first
        ]
        if shares:
            yield words("summary", name, regions=words.listed(shares))


def _format_types(day: Figures, words: Translations) -> Iterator[str]:
    closed = [(name, each["groups"]["fully_closed"]) for name, each in day["types"].items() if each["assessed"]]
    closed.sort(key=lambda one: -one[1]["exact"])
    shares = [
        words("summary", "type", type=words("type_plural", name), share=words.format_share_change(each))
        for name, each in closed
    ]
    yield words("summary", "closed_types", types=words.listed(shares))


def _format_restrictions(day: Figures, words: Translations) -> Iterator[str]:
    kinds = (
        ("measures", "measure", day["measures"]["all"]),
        ("populations", "affected_population", day["populations"]["all"]),
    )
    for name, code_list, tally in kinds:
        if shares := _format_most_frequent(tally["each"], code_list, words):
            yield words("summary", name, each=shares)
    durations = day["durations"]["all"]
    if shares := _format_most_frequent(durations["each"], "expected_duration", words):
        yield words("summary", "durations", restricted=words.count(durations["restricted"]), each=shares)
    statuses = day["total"]["statuses"]
    entry, leaving = (words.count(statuses[name]["points"]) for name in ("closed_for_entry", "closed_for_exit"))
    yield words("summary", "direction", entry=entry, exit=leaving)


def _format_most_frequent(each: Figures, code_list: str, words: Translations) -> str:
    """Format the most frequent codes with their shares; of equal codes the first."""
    most = sorted((one for one in each.items() if one[1]["points"]), key=lambda one: -one[1]["points"])[:MAX_CODES]
    shares = [
        words(
            "summary",
            "each",
            share=words.format_share_change(tally),
            label=words("column", NOT_STATED) if code == NOT_STATED else words.code(code_list, code),
        )
        for code, tally in most
    ]
    return words.listed(shares) if shares else ""


def _format_uniform(figures: Figures, words: Translations) -> Iterator[str]:
    """Format the number of countries with all points open, or all closed, and their names if they are few."""
    countries = figures["day"]["countries"]
    if len(countries) < 2:
        return
    for name, group in (("all_open", "fully_operational"), ("all_closed", "fully_closed")):
        such = [
            iso3
            for iso3, one in countries.items()
            if one["assessed"] and one["groups"][group]["points"] == one["assessed"]
        ]
        named = sorted((words.country(iso3, figures["names"]) for iso3 in such), key=fold_text)
        listed = f" ({words.listed(named)})" if 0 < len(named) <= MAX_NAMED else ""
        yield words("summary", name, countries=words.count(len(such)), named=listed)


def _format_country_travel(figures: Figures, words: Translations) -> str:
    levels = figures["levels"]["international_travel"]
    level, before = (_format_level(levels[when], words) for when in ("now", "before"))
    if figures["compare"] is None:
        return words("summary", "travel_country", level=level)
    values = {"compare": words.day(figures["compare"]), "before": before}
    return words("summary", "travel_country_compared", level=level, **values)


def _format_level(countries: Figures, words: Translations) -> str:
    """Format the level of the report's only country."""
    level = next(name for name, tally in countries.items() if tally["points"])
    return words("column", level) if level == NONE_RECORDED else words.code("international_travel", level)


def _format_travel(figures: Figures, words: Translations) -> str:
    levels = figures["levels"]["international_travel"]
    counts = {name: level["points"] for name, level in levels["now"].items()}
    values = {
        "total": words.count(counts[TOTAL_CLOSURE]),
        "countries": words.count(sum(counts.values())),
        "none": words.count(counts[NONE_RECORDED]),
    }
    if figures["compare"] is None:
        return words("summary", "travel_alone", **values)
    return words(
        "summary",
        "travel",
        compare=words.day(figures["compare"]),
        changed=words.count(len(levels["changed"])),
        **values,
    )


def _format_due(figures: Figures, words: Translations) -> str:
    fresh = figures["day"]["freshness"]
    counts = {"due": fresh["due"], "points": fresh["points"], "never": fresh["never_assessed"]}
    return words(
        "summary",
        "due",
        week_begins=words.day(figures["week_begins"]),
        **{name: words.count(n) for name, n in counts.items()},
    )
