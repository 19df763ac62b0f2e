import datetime as dt

import pytest
from pydantic import ValidationError

from models.codes import (
    CODE_LISTS,
    Code,
    InvalidCodeList,
    UnknownCode,
    UnknownCodeList,
    find_code,
    fold_text,
    get_code_list,
    get_status_group,
    list_codes,
    list_poe_types,
    read_code_lists,
    suggest_codes,
)

ALL_ITEMS = [
    pytest.param(name, item, id=f"{name}-{item.code}") for name in CODE_LISTS for item in get_code_list(name).items
]
LABELS = 'labels.en = "{0}"\nlabels.fr = "{0} fr"\nlabels.es = "{0} es"\nlabels.ar = "{0} ar"\n'
LIST = '[colour]\ntitle = "Colour"\ndefinition = "A colour."\nsource = "Crossings"\n'


def an_item(code: str, label: str, more: str = "", *, of: str = "colour") -> str:
    texts = 'definition = "A shade."\nsource = "Crossings"\n'
    return f'\n[[{of}.items]]\ncode = "{code}"\n{LABELS.format(label)}{texts}{more}\n'


@pytest.mark.parametrize(("name", "item"), ALL_ITEMS)
def test_every_code_has_labels_in_four_languages_and_a_definition(name: str, item: Code) -> None:
    assert set(item.labels) == {"en", "fr", "es", "ar"}, name
    assert all(label.strip() for label in item.labels.values())
    assert item.definition.endswith(".")


@pytest.mark.parametrize(("name", "item"), ALL_ITEMS)
def test_every_code_is_found_by_its_code_and_by_its_label_in_every_language(name: str, item: Code) -> None:
    assert {find_code(name, word) for word in (item.code, *item.labels.values())} == {item.code}


@pytest.mark.parametrize(("name", "item"), ALL_ITEMS)
def test_arabic_labels_are_written_in_arabic(name: str, item: Code) -> None:
    assert any("\u0600" <= letter <= "\u06ff" for letter in item.labels["ar"]), name


def test_types_of_points_are_the_four_of_the_register() -> None:
    assert list_codes("poe_type") == ("airport", "land_border_point", "blue_border_point", "internal_transit_point")


def test_internal_transit_points_are_not_points_of_entry() -> None:
    assert list_poe_types() == ("airport", "land_border_point", "blue_border_point")


def test_every_type_of_point_says_whether_it_is_a_point_of_entry() -> None:
    assert all(item.is_poe is not None for item in get_code_list("poe_type").items)


@pytest.mark.parametrize(
    ("status", "group"),
    [
        ("open", "fully_operational"),
        ("closed", "fully_closed"),
        ("closed_for_entry", "partially_operational"),
        ("closed_for_exit", "partially_operational"),
        ("commercial_traffic_only", "partially_operational"),
        ("returning_nationals_and_residents_only", "partially_operational"),
        ("partially_operational", "partially_operational"),
        ("unknown", "unknown"),
    ],
)
def test_operational_status_belongs_to_its_status_group(status: str, group: str) -> None:
    assert get_status_group(status) == group


def test_operational_statuses_are_eight_in_four_groups() -> None:
    assert len(list_codes("operational_status")) == 8
    assert list_codes("status_group") == ("fully_operational", "partially_operational", "fully_closed", "unknown")


def test_status_group_of_another_word_is_refused() -> None:
    with pytest.raises(UnknownCode, match="'ajar' is not a code of operational_status; its codes are open"):
        get_status_group("ajar")


def test_every_country_indicator_has_a_list_of_its_levels() -> None:
    assert [name for name in list_codes("indicator") if name not in CODE_LISTS] == []


@pytest.mark.parametrize(("indicator", "highest"), [("international_travel", 4), ("internal_movement", 2)])
def test_levels_of_oxcgrt_are_their_own_rank(indicator: str, highest: int) -> None:
    assert [(item.code, item.rank) for item in get_code_list(indicator).items] == [
        (str(n), n) for n in range(highest + 1)
    ]


def test_levels_of_air_travel_are_ranked_apart_from_ioms_numbers() -> None:
    levels = {item.code: (item.rank, item.external["IOM matrix"]) for item in get_code_list("air_travel").items}
    assert levels == {
        "none_reported": (0, "0"),
        "no_restriction": (1, "3"),
        "partial": (2, "1"),
        "total": (3, "2"),
    }


def test_air_travel_measures_have_a_class_unless_they_restrict_nothing() -> None:
    assert [item.code for item in get_code_list("air_travel_measure").items if item.group is None] == ["0", "99"]


def test_types_of_points_are_known_to_sormas() -> None:
    sormas = [item.external.get("SORMAS") for item in get_code_list("poe_type").items]
    assert sormas == ["AIRPORT", "GROUND_CROSSING", "SEAPORT", None]


def test_there_is_no_code_list_of_another_name() -> None:
    with pytest.raises(UnknownCodeList, match="there is no code list 'colour'"):
        list_codes("colour")


@pytest.mark.parametrize(
    "text",
    [
        "Closed for entry only",
        "  CLOSED   for-entry_only. ",
        "ferme a l\u2019entree uniquement",
        "FERMÉ À L'ENTRÉE UNIQUEMENT",
        "Fe\u0301rme a\u0300 l'entre\u0301e uniquement",
        "cerrado sólo para la entrada",
        "\u200fمُغْلَق للدخول فقط",
        "مغـــلق للدخول فقط",
        "closed_for_entry",
    ],
)
def test_label_is_found_however_it_is_typed(text: str) -> None:
    assert find_code("operational_status", text) == "closed_for_entry"


@pytest.mark.parametrize("text", ["", "  ", "-", "ajar", "closed for"])
def test_unknown_label_is_not_guessed(text: str) -> None:
    assert find_code("operational_status", text) is None


def test_hamza_and_its_carrier_are_the_same_letter() -> None:
    assert fold_text("أخرى") == fold_text("اخرى")


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("poe_type", "airprot", "airport"),
        ("poe_type", "Aeroport", "airport"),
        ("operational_status", "Fully closed", "closed"),
        ("operational_status", "partialy operational", "partially_operational"),
        ("measure", "quarantaine", "mandatory_quarantine"),
    ],
)
def test_misspelt_code_has_a_nearest_code(name: str, text: str, code: str) -> None:
    assert suggest_codes(name, text)[0] == code


def test_nearest_codes_are_few_and_each_named_once() -> None:
    near = suggest_codes("air_travel_measure", "in the country within the last 21 days: entry refused", limit=2)
    assert len(near) == len(set(near)) == 2


def test_nothing_is_near_to_nonsense() -> None:
    assert suggest_codes("poe_type", "qqqq") == []


def test_deprecated_code_applies_to_earlier_days_only() -> None:
    lists = read_code_lists(LIST + an_item("red", "Red", "deprecated_on = 2021-03-01"))
    red = lists["colour"].item("red")
    assert red.is_active(dt.date(2021, 2, 28))
    assert not red.is_active(dt.date(2021, 3, 1))


def test_code_in_use_may_be_used_on_any_day() -> None:
    assert get_code_list("direction").item("entry").is_active(dt.date(2099, 1, 1))


def test_code_twice_in_a_list_is_refused() -> None:
    with pytest.raises(InvalidCodeList, match="colour: red is there more than once"):
        read_code_lists(LIST + an_item("red", "Red") + an_item("red", "Rouge"))


def test_label_that_could_mean_two_codes_is_refused() -> None:
    with pytest.raises(InvalidCodeList, match="colour: 'RED!' could mean red or crimson"):
        read_code_lists(LIST + an_item("red", "Red") + an_item("crimson", "RED!"))


def test_label_that_is_the_code_of_another_is_refused() -> None:
    with pytest.raises(InvalidCodeList, match="could mean dark_red or crimson"):
        read_code_lists(LIST + an_item("dark_red", "Maroon") + an_item("crimson", "Dark red"))


def test_unknown_key_is_refused() -> None:
    with pytest.raises(ValidationError, match="shade"):
        read_code_lists(LIST + an_item("red", "Red", 'shade = "dark"'))


def test_missing_language_is_refused() -> None:
    text = LIST + an_item("red", "Red").replace('labels.ar = "Red ar"\n', "")
    with pytest.raises(ValidationError, match="labels"):
        read_code_lists(text)


def test_empty_label_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"labels\.en"):
        read_code_lists(LIST + an_item("red", "Red").replace('"Red"', '" "'))


def test_code_that_could_not_stand_in_sql_is_refused() -> None:
    with pytest.raises(ValidationError, match="code"):
        read_code_lists(LIST + an_item("red'", "Red"))


def test_group_that_is_in_no_list_is_refused() -> None:
    with pytest.raises(InvalidCodeList, match="colour: red has a group, but there is no list of them"):
        read_code_lists(LIST + an_item("red", "Red", 'group = "warm"'))


def test_group_that_its_list_does_not_have_is_refused() -> None:
    warmth = LIST.replace("[colour]", "[warmth]") + an_item("cold", "Cold", of="warmth")
    colours = LIST + 'group_list = "warmth"\n' + an_item("red", "Red", 'group = "warm"')
    with pytest.raises(InvalidCodeList, match="colour: group 'warm' of red is not a code of warmth"):
        read_code_lists(warmth + colours)
