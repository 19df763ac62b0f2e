"""What people are told, in the language of the reader."""

import ast
import string
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from helpers.offices import build_bearer, create_key, create_office, sign_in
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncConnection

from api.exception_handlers import STATUS
from api.messages.message import LANGUAGES, Language, Message, MessageError, _load_templates
from api.submissions.result import translate_answer

API = Path(__file__).parents[3] / "api"
ROW = "point,operational_status,assessed_on\nBEG,closd,2020-05-01\n"
CLOSED = "point,operational_status,assessed_on\nBEG,closed,2020-05-01\n"
TOLD = {
    "en": "'closd' is no code or label of operational_status; did you mean closed?",
    "fr": "« closd » n'est ni un code ni un libellé de operational_status ; vouliez-vous dire"
    " « Fermé à l'entrée et à la sortie » (closed) ?",
    "es": "«closd» no es un código ni una etiqueta de operational_status; ¿quería decir"
    " «Cerrado para la entrada y la salida» (closed)?",
    "ar": "«closd» ليس رمزًا ولا تسمية في operational_status؛ هل تقصد «مغلق للدخول والخروج» (closed)؟",
}
Made = tuple[str, set[str]]


def named_in(template: str) -> set[str]:
    """The values that a template names."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def messages_made() -> Iterator[Made]:
    """The key and the names of values of each message that the code makes, where its key stands there as a text."""
    errors = {"Message", *(kind.__name__ for kind in kinds_of(MessageError))}
    for path in API.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in errors:
                yield from made_by(node)


def made_by(call: ast.Call) -> Iterator[Made]:
    # With `**` the names of some values stand elsewhere.
    names = {str(keyword.arg) for keyword in call.keywords}
    first = call.args[0] if call.args else None
    for key in (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value, names


def kinds_of(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for each in kind.__subclasses__():
        yield from kinds_of(each)


def all_texts() -> Mapping[str, Mapping[Language, str]]:
    return _load_templates()


@pytest.mark.parametrize("key", all_texts())
def test_message_is_there_in_every_language_and_names_the_same_values(key: str) -> None:
    texts = all_texts()[key]
    assert set(texts) == set(LANGUAGES)
    assert len(set(texts.values())) == len(LANGUAGES), "a text was not translated"
    assert {language: named_in(text) for language, text in texts.items()} == dict.fromkeys(
        LANGUAGES, named_in(texts["en"])
    )


@pytest.mark.slow
def test_message_that_the_code_makes_has_a_text_and_the_values_that_this_names() -> None:
    made = list(messages_made())
    assert len(made) > 100
    assert {key for key, _ in made} <= set(all_texts())
    lacking = {(key, name) for key, names in made for name in named_in(all_texts()[key]["en"]) - names}
    assert {each for each in lacking if "None" not in dict(made)[each[0]]} == set()


def test_unused_message_texts_are_absent() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in API.rglob("*.py"))
    unused = [key for key in all_texts() if f'"{key}"' not in code and not is_made_by_part(key, code)]
    assert unused == [key for key in unused if key.startswith("title.")]


def is_made_by_part(key: str, code: str) -> bool:
    """Whether the code joins the key of two texts, as in `f"not_a_code.{column}"`."""
    first, _, second = key.partition(".")
    return f'"{second}"' in code and (f'f"{first}.{{' in code or f'"{first}"' in code)


def test_error_with_a_message_has_a_title_in_every_language() -> None:
    titles = {kind.__name__: title for kind, (_, title) in STATUS.items() if issubclass(kind, MessageError)}
    assert titles
    assert {name: Message(f"title.{name}").render() for name in titles} == titles


def test_message_shows_invisible_characters_in_every_language() -> None:
    message = Message("not_a_number", value="1\u200b")
    assert all("1\\u200b" in message.render(language) for language in LANGUAGES)


def test_message_truncates_long_values_and_drops_unstorable_characters() -> None:
    said = Message("not_a_number", value="\0" + "x" * 500).render()
    assert len(said) < 250
    assert "\0" not in said


@pytest.mark.parametrize(("language", "told"), TOLD.items())
async def test_problem_is_in_the_requested_language(
    client: AsyncClient, shipped: AsyncConnection, language: str, told: str
) -> None:
    refusal = await posted(client, await sign_in(shipped), ROW, language)
    assert refusal["rows"][0]["problems"][0]["message"].replace("\N{NO-BREAK SPACE}", " ") == told


async def test_problem_names_its_text_and_values_for_programs(client: AsyncClient, shipped: AsyncConnection) -> None:
    problem = (await posted(client, await sign_in(shipped), ROW, "fr"))["rows"][0]["problems"][0]
    assert problem["message_key"] == problem["code"] == "unknown_code"
    assert problem["message_values"] == {"value": "closd", "list_name": "operational_status", "near": ["closed"]}


async def test_refusal_has_title_and_detail_in_the_language(client: AsyncClient, shipped: AsyncConnection) -> None:
    refusal = await posted(client, await sign_in(shipped), ROW, "es-MX,es;q=0.9,en;q=0.8")
    assert refusal["title"] == "El envío fue rechazado"
    assert refusal["detail"] == "1 de 1 filas no se pueden usar"


@pytest.mark.parametrize("accepted", [None, "*", "pt-BR,pt;q=0.9", "fr;q=0,pt"])
async def test_problem_is_in_the_offices_language_by_default(
    client: AsyncClient, shipped: AsyncConnection, accepted: str | None
) -> None:
    office = await create_office(shipped, "chad", countries=["SRB"], language="ar")
    refusal = await posted(client, build_bearer(await create_key(shipped, office)), ROW, accepted)
    assert refusal["rows"][0]["problems"][0]["message"] == TOLD["ar"]


async def test_unreadable_file_error_is_in_the_language(client: AsyncClient, shipped: AsyncConnection) -> None:
    headers = {**await sign_in(shipped), "Accept-Language": "fr", "Content-Type": "text/csv"}
    refusal = (await client.post("/submissions", content=b"point\n\xe9\n", headers=headers)).json()
    assert refusal["problems"][0]["message"].startswith("l'octet 0xe9 n'est pas de l'UTF-8")
    page = (
        await client.post("/submissions", content=b"<html>", headers=headers | {"Content-Type": "text/html"})
    ).json()
    assert page["title"] == "Une forme qui ne peut pas être lue"
    assert page["detail"].startswith("une page web (text/html)")


async def test_submission_is_read_in_the_language_of_the_reader_and_not_of_the_sender(
    client: AsyncClient, shipped: AsyncConnection
) -> None:
    headers = await sign_in(shipped)
    dated = CLOSED.replace("2020-05-01", "13.5.2020")
    sent = await posted(client, headers, dated, "fr")
    assert "a été lu comme 2020-05-13" in sent["rows"][0]["problems"][0]["message"]
    read = await client.get(f"/submissions/{sent['id']}", headers=headers | {"Accept-Language": "es"})
    assert "se leyó como 2020-05-13" in read.json()["rows"][0]["problems"][0]["message"]
    assert "Accept-Language" in read.headers["Vary"]


def test_problem_stored_by_an_earlier_version_is_unchanged() -> None:
    problem = {"code": "read_as", "severity": "warning", "message": "as it was told"}
    answer = {"problems": [problem], "rows": [{"row": 2, "problems": [problem]}, {"row": 3}]}
    assert translate_answer(answer, "fr") == answer


async def test_edit_of_an_item_is_refused_in_the_language(client: AsyncClient, shipped: AsyncConnection) -> None:
    feature = {
        "type": "Feature",
        "properties": {"name": "X", "poe_type": "airprt", "country": "SRB"},
        "geometry": {"type": "Point", "coordinates": [20.3, 44.8]},
    }
    headers = {**await sign_in(shipped), "Accept-Language": "fr", "Content-Type": "application/geo+json"}
    refusal = await client.post("/collections/points-of-entry/items", json=feature, headers=headers)
    assert refusal.status_code == 422
    assert "vouliez-vous dire" in refusal.json()["rows"][0]["problems"][0]["message"]


async def posted(client: AsyncClient, headers: Mapping[str, str], body: str, accepted: str | None) -> Any:
    asked = dict(headers) | {"Content-Type": "text/csv"} | ({} if accepted is None else {"Accept-Language": accepted})
    return (await client.post("/submissions", content=body, headers=asked)).json()
