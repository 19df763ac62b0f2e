"""Jinja environment of the HTML pages, with its filters."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from api.attribution import ATTRIBUTION
from api.stale_after import stale_after_d, stale_age_d
from api.values.moments import parse_utc
from models.codes import CODE_LISTS

NOT_STATED = "–"  # noqa: RUF001 - the dash that is printed where nothing is known
CLOCKS = ("datetime", "as_known_at")
# Code lists of properties with several codes; any other property has the name of its code list.
CODE_LIST_OF = {"measures": "measure", "affected_populations": "affected_population"}
ABBREVIATIONS = {
    name.lower().replace("/", ""): name for name in ("PoE", "ISO2", "ISO3", "IATA", "ICAO", "IHR", "UN/LOCODE", "URL")
}


def render(template: str, /, **context: object) -> str:
    """Render `template`, a file name, with its context; `root` is the service's address, without a slash.

    A name that the context lacks is an error; a member that a document lacks is not.
    """
    return environment.get_template(template).render(context)


def link_href(links: Iterable[Mapping[str, str]], *rels: str, media_type: str = "") -> str | None:
    """Find the address of the first link with one of the relations and a media type that contains `media_type`."""
    fitting = (link["href"] for link in links if link["rel"] in rels and media_type in link.get("type", ""))
    return next(fitting, None)


def words(code: str) -> str:
    """Format a code or property name: `land_border_point` is "Land border point", `poe_type` is "PoE type"."""
    spaced = " ".join(ABBREVIATIONS.get(word, word) for word in code.split("_"))
    return spaced[:1].upper() + spaced[1:]


def shown(value: object) -> str:
    """Format a value for a reader: yes or no for a boolean, one text for a list, a dash for an unknown value."""
    if value is None or value in ("", [], {}):
        return NOT_STATED
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(shown(part) for part in value)
    if isinstance(value, Mapping):
        return "; ".join(f"{words(str(name))}: {shown(part)}" for name, part in value.items())
    return str(value)


def labelled(value: object, name: str) -> str:
    """Format the value of the property `name`, with the labels of its codes where it has a code list."""
    if isinstance(value, list):
        return ", ".join(labelled(part, name) for part in value) or NOT_STATED
    code_list = CODE_LISTS.get(CODE_LIST_OF.get(name, name))
    label = (
        next((item.labels["en"] for item in code_list.items if item.code == str(value)), None) if code_list else None
    )
    if label is None:
        return shown(value)
    return f"{value}: {label}" if isinstance(value, int) else label


def prose(text: str) -> Markup:
    """Format text for HTML, with names of the interface, between backticks, as code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def moment(text: str) -> str:
    """Format a moment to the minute for a reader; the document has it in full."""
    return f"{parse_utc(text):%Y-%m-%d %H:%M} UTC"


def long_day(day: dt.date | str) -> str:
    """Format the day for a reader: 30 May 2023."""
    date = dt.date.fromisoformat(day) if isinstance(day, str) else day
    return f"{date.day} {date:%B} {date.year}"


def segment(identity: object) -> str:
    """Quote an id as one segment of an address."""
    return quote(str(identity), safe="")


def clocks(query: Mapping[str, Any]) -> str:
    """Encode the two clocks, the part of the query that every link keeps, with its question mark."""
    parameters = {name: query[name] for name in CLOCKS if query.get(name)}
    return f"?{urlencode(parameters)}" if parameters else ""


environment = Environment(
    loader=PackageLoader("api"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
environment.globals |= {
    "attribution": ATTRIBUTION,
    "code_lists": CODE_LISTS,
    "stale_after_d": stale_after_d,
    "stale_age_d": stale_age_d,
}
environment.filters |= {
    "clocks": clocks,
    "labelled": labelled,
    "link_href": link_href,
    "long_day": long_day,
    "moment": moment,
    "prose": prose,
    "segment": segment,
    "shown": shown,
    "words": words,
}
