"""Jinja environment of the HTML pages, with its filters."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.types import Receive, Scope, Send

from api.responses.attribution import ATTRIBUTION
from api.responses.example_notice import ExampleDataStatus, get_request_language, load_example_texts
from api.responses.stale_after import compute_stale_age_d, get_stale_after_d
from api.values.days import parse_utc
from models.codes import CODE_LISTS

EMPTY_VALUE = "–"  # noqa: RUF001 - the dash that is printed where nothing is known
CLOCKS = ("datetime", "as_known_at")
# Code lists of properties with several codes; any other property has the name of its code list.
CODE_LIST_NAMES = {"measures": "measure", "affected_populations": "affected_population"}
ABBREVIATIONS = {
    name.lower().replace("/", ""): name for name in ("PoE", "ISO2", "ISO3", "IATA", "ICAO", "IHR", "UN/LOCODE", "URL")
}


def render_template(template: str, /, **context: object) -> str:
    """Render `template`, a file name, with its context; `root` is the service's address, without a slash.

    A name that the context lacks is an error; a member that a document lacks is not.
    """
    return environment.get_template(template).render(context)


def find_link_href(links: Iterable[Mapping[str, str]], *rels: str, media_type: str = "") -> str | None:
    """Find the address of the first link with one of the relations and a media type that contains `media_type`."""
    fitting = (link["href"] for link in links if link["rel"] in rels and media_type in link.get("type", ""))
    return next(fitting, None)


def format_code(code: str) -> str:
    """Format a code or property name: `land_border_point` is "Land border point", `poe_type` is "PoE type"."""
    spaced = " ".join(ABBREVIATIONS.get(word, word) for word in code.split("_"))
    return spaced[:1].upper() + spaced[1:]


def format_value(value: object) -> str:
    """Format a value for a reader: yes or no for a boolean, one text for a list, a dash for an unknown value."""
    if value is None or value in ("", [], {}):
        return EMPTY_VALUE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(format_value(part) for part in value)
    if isinstance(value, Mapping):
        return "; ".join(f"{format_code(str(name))}: {format_value(part)}" for name, part in value.items())
    return str(value)


def format_with_label(value: object, name: str) -> str:
    """Format the value of the property `name`, with the labels of its codes where it has a code list."""
    if isinstance(value, list):
        return ", ".join(format_with_label(part, name) for part in value) or EMPTY_VALUE
    code_list = CODE_LISTS.get(CODE_LIST_NAMES.get(name, name))
    label = (
        next((item.labels["en"] for item in code_list.items if item.code == str(value)), None) if code_list else None
    )
    if label is None:
        return format_value(value)
    return f"{value}: {label}" if isinstance(value, int) else label


def format_prose(text: str) -> Markup:
    """Format text for HTML, with names of the interface, between backticks, as code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def format_minute(text: str) -> str:
    """Format a moment to the minute for a reader; the document has it in full."""
    return f"{parse_utc(text):%Y-%m-%d %H:%M} UTC"


def format_long_day(day: dt.date | str) -> str:
    """Format the day for a reader: 30 May 2023."""
    date = dt.date.fromisoformat(day) if isinstance(day, str) else day
    return f"{date.day} {date:%B} {date.year}"


def quote_segment(identity: object) -> str:
    """Quote an id as one segment of an address."""
    return quote(str(identity), safe="")


def encode_clocks(query: Mapping[str, Any]) -> str:
    """Encode the two clocks, the part of the query that every link keeps, with its question mark."""
    parameters = {name: query[name] for name in CLOCKS if query.get(name)}
    return f"?{urlencode(parameters)}" if parameters else ""


environment = Environment(
    loader=PackageLoader("api"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
environment.globals |= {
    "attribution": ATTRIBUTION,
    "code_lists": CODE_LISTS,
    "stale_after_d": get_stale_after_d,
    "stale_age_d": compute_stale_age_d,
}
environment.filters |= {
    "clocks": encode_clocks,
    "labelled": format_with_label,
    "link_href": find_link_href,
    "long_day": format_long_day,
    "moment": format_minute,
    "prose": format_prose,
    "segment": quote_segment,
    "shown": format_value,
    "words": format_code,
}


class Page(Response):
    """Page that a template renders from its context when it is sent.

    It queries the database for example data, so that endpoints need not do this.
    """

    media_type = "text/html"

    def __init__(
        self, request: Request, template: str, context: Mapping[str, object], status: int, headers: Mapping[str, str]
    ) -> None:
        super().__init__(b"", status, headers)
        del self.headers["content-length"]
        self._request = request
        self._template = template
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Render the page and send it."""
        example = load_example_texts() if await self._is_of_example_data() else {}
        text = render_template(
            self._template, **self._context, example=example, example_language=get_request_language(self._request)
        )
        self.body = self.render(text)
        self.headers["content-length"] = str(len(self.body))
        await super().__call__(scope, receive, send)

    async def _is_of_example_data(self) -> bool:
        """Query the database, except in a response to its failure."""
        example: ExampleDataStatus = self._request.app.state.example
        return example.last if self.status_code >= 500 else await example.is_shown(self._request)
