"""Which deliveries may be under way at once."""

from typing import NamedTuple

from api.subscriptions.webhooks.slots import MAX_OF_AN_OFFICE, MAX_UNDER_WAY, Slots, Standing


class Due(NamedTuple):
    """A delivery that is due; no two of a test are for the same webhook unless it says so."""

    webhook_id: int
    office_id: int
    standing: int = Standing.NEW
    place: int = 1


def due_of(office: int, number: int, standing: Standing = Standing.NEW) -> list[Due]:
    return [Due(office * 1000 + each, office, standing, each + 1) for each in range(number)]


def test_webhook_has_one_delivery_under_way() -> None:
    slots = Slots()
    assert slots.take([Due(1, 1)]) == [Due(1, 1)]
    assert slots.take([Due(1, 1)]) == []
    slots.release(1, 1)
    assert slots.take([Due(1, 1)]) == [Due(1, 1)]


def test_office_has_few_deliveries_under_way_and_fewer_to_receivers_that_failed() -> None:
    for standing, most in MAX_OF_AN_OFFICE.items():
        assert len(Slots().take(due_of(1, 1000, standing))) == most


def test_office_with_dead_receivers_has_room_for_its_living_ones() -> None:
    slots = Slots()
    slots.take(due_of(1, 1000, Standing.SET_BACK))
    assert slots.take([Due(1, 1, Standing.NEW)])
    assert slots.take([Due(2, 1, Standing.PROMPT)])
    assert slots.full_offices == [1]


def test_office_finds_a_slot_beside_fifty_offices_with_dead_receivers() -> None:
    for standing in Standing:
        slots = Slots()
        slots.take([due for office in range(1, 51) for due in due_of(office, 20, standing)])
        assert slots.take([Due(1, 99)]) == [Due(1, 99)], standing


def test_prompt_receiver_finds_a_slot_beside_the_offices_own_dead_ones_and_those_of_fifty_offices() -> None:
    slots = Slots()
    slots.take([due for office in range(1, 51) for due in due_of(office, 20)])
    assert slots.take([Due(99, 1, Standing.PROMPT)])


def test_offices_take_turns() -> None:
    slots = Slots()
    taken = slots.take([*due_of(1, 4, Standing.PROMPT), *due_of(2, 4, Standing.PROMPT)])
    assert [due.office_id for due in taken] == [1, 2, 1, 2, 1, 2, 1, 2]


def test_no_more_than_all_slots_are_taken() -> None:
    slots = Slots()
    assert len(slots.take([Due(office, office) for office in range(1000)])) == MAX_UNDER_WAY
    assert len(slots.busy_webhooks) == MAX_UNDER_WAY
    for webhook in slots.busy_webhooks:
        slots.release(webhook, webhook)
    assert (slots.busy_webhooks, slots.full_offices) == ([], [])
