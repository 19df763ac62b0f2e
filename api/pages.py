"""The HTML pages: the documents of the service, made readable in a browser from the templates beside this file."""

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
# Properties that hold several codes are named for them; any other is named as its code list.
CODE_LIST_OF = {"measures": "measure", "affected_populations": "affected_population"}
ABBREVIATIONS = {
    name.lower().replace("/", ""): name for name in ("PoE", "ISO2", "ISO3", "IATA", "ICAO", "IHR", "UN/LOCODE", "URL")
}


def render(template: str, /, **context: object) -> str:
    """The page that `template`, a file name, makes of its context; `root` is the service's address, without a slash.

    A name the template uses and the context lacks is an error; a member that a document lacks is not.
    """
    return environment.get_template(template).render(context)


def link_href(links: Iterable[Mapping[str, str]], *rels: str, media_type: str = "") -> str | None:
    """The address of the first link with one of the relations whose media type holds `media_type`."""
    fitting = (link["href"] for link in links if link["rel"] in rels and media_type in link.get("type", ""))
    return next(fitting, None)


def words(code: str) -> str:
    """A code or name of a property as it is read: `land_border_point` is "Land border point", `poe_type` "PoE type"."""
    spaced = " ".join(ABBREVIATIONS.get(word, word) for word in code.split("_"))
    return spaced[:1].upper() + spaced[1:]


def shown(value: object) -> str:
    """A value as a reader expects it: yes and no for truth, one text for a list, a dash for what is not known."""
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
    """The value of the property `name` as shown, with the labels of its codes where it has a code list."""
    if isinstance(value, list):
        return ", ".join(labelled(part, name) for part in value) or NOT_STATED
    listed = CODE_LISTS.get(CODE_LIST_OF.get(name, name))
    label = next((item.labels["en"] for item in listed.items if item.code == str(value)), None) if listed else None
    if label is None:
        return shown(value)
    return f"{value}: {label}" if isinstance(value, int) else label


def prose(text: str) -> Markup:
    """Text for HTML; what stands between backticks in it, a name of the interface, as code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def moment(text: str) -> str:
    """A moment to the minute, as a reader expects it; the document has it in full."""
    return f"{parse_utc(text):%Y-%m-%d %H:%M} UTC"


def long_day(day: dt.date | str) -> str:
    """Return the day as a reader expects it: 30 May 2023."""
    date = dt.date.fromisoformat(day) if isinstance(day, str) else day
    return f"{date.day} {date:%B} {date.year}"


def segment(identity: object) -> str:
    """An id as one segment of an address."""
    return quote(str(identity), safe="")


def clocks(query: Mapping[str, Any]) -> str:
    """The part of the query that every link keeps, with its question mark: the two clocks."""
    kept = {name: query[name] for name in CLOCKS if query.get(name)}
    return f"?{urlencode(kept)}" if kept else ""


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
