"""A page as an answer, with the notice of example data where any is in view."""

from collections.abc import Mapping

from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from api.example_notice import ExampleKnown, asked_language, example_texts
from api.pages import render


class Page(Response):
    """The page that a template makes of its context. It is written when it is sent.

    Whether example data is in view is asked of the database, and whoever makes a page need not know of that.
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
        """Write the page and send it."""
        example = example_texts() if await self._is_of_example_data() else {}
        text = render(self._template, **self._context, example=example, example_language=asked_language(self._request))
        self.body = self.render(text)
        self.headers["content-length"] = str(len(self.body))
        await super().__call__(scope, receive, send)

    async def _is_of_example_data(self) -> bool:
        """Ask the database, but not after it failed."""
        known: ExampleKnown = self._request.app.state.example
        return known.last if self.status_code >= 500 else await known.is_shown(self._request)
