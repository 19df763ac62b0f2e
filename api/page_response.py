"""HTML page as a response, with the notice of example data where the page shows any."""

from collections.abc import Mapping

from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from api.example_notice import ExampleDataStatus, get_request_language, load_example_texts
from api.pages import render_template


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
