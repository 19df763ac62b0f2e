"""The symbols of maps: their lines stand out from whatever they are drawn on, as WCAG 2.2 asks (1.4.11)."""

import pytest

from api.tiles.styles.basemap_layers import LAND, WATER
from api.tiles.symbols import load_symbols

LEAST_CONTRAST = 3.0
# Of the line against its white edge, land, water, and levels 1 to 4.
CONTRASTS = {
    "fully_operational": (10.8, 9.8, 8.1, 8.2, 6.6, 5.3, 3.7),
    "partially_operational": (10.9, 9.8, 8.1, 8.3, 6.7, 5.3, 3.7),
    "fully_closed": (13.8, 12.5, 10.3, 10.5, 8.4, 6.7, 4.7),
    "unknown": (9.4, 8.5, 7.0, 7.2, 5.8, 4.6, 3.2),
    None: (10.2, 9.2, 7.6, 7.8, 6.2, 5.0, 3.5),
}
STATUSES = (*load_symbols().status_groups, load_symbols().not_assessed)


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2.2."""
    red, green, blue = (part / 255 for part in bytes.fromhex(colour.removeprefix("#")))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def grounds() -> list[str]:
    return [load_symbols().edge.colour, LAND, WATER, *(level.colour for level in load_symbols().travel_levels[1:])]


@pytest.mark.parametrize("status", STATUSES, ids=lambda status: status.label)
def test_line_stands_out_from_its_edge_from_land_water_and_levels(status) -> None:  # noqa: ANN001
    found = [contrast(status.line, ground) for ground in grounds()]
    assert tuple(round(figure, 1) for figure in found) == CONTRASTS[status.value]
    assert min(found) >= LEAST_CONTRAST


def test_line_of_a_candidate_stands_out_from_them_too() -> None:
    assert min(contrast(load_symbols().candidate.line, ground) for ground in grounds()) >= LEAST_CONTRAST


@pytest.mark.parametrize("status", load_symbols().status_groups, ids=lambda status: status.label)
def test_line_stands_out_from_the_tint_of_an_old_report(status) -> None:  # noqa: ANN001
    assert contrast(status.line, status.tint) >= LEAST_CONTRAST


def test_every_status_has_a_mark_of_its_own_for_grey_print() -> None:
    assert len({status.mark for status in STATUSES}) == len(STATUSES)
