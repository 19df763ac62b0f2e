"""Which deliveries may be under way at once."""

from typing import NamedTuple

from api.subscriptions.webhooks.slots import MAX_CONCURRENT, MAX_PER_OFFICE, DeliverySlots, ReceiverState


class Due(NamedTuple):
    """Return a delivery that is due; each has a webhook of its own by default."""

    webhook_id: int
    office_id: int
    standing: int = ReceiverState.NEW
    place: int = 1


def due_of(office: int, number: int, standing: ReceiverState = ReceiverState.NEW) -> list[Due]:
    return [Due(office * 1000 + each, office, standing, each + 1) for each in range(number)]


def test_webhook_has_one_delivery_under_way() -> None:
    slots = DeliverySlots()
    assert slots.take([Due(1, 1)]) == [Due(1, 1)]
    assert slots.take([Due(1, 1)]) == []
    slots.release(1, 1)
    assert slots.take([Due(1, 1)]) == [Due(1, 1)]


def test_office_has_few_deliveries_under_way_and_fewer_to_receivers_that_failed() -> None:
    for standing, most in MAX_PER_OFFICE.items():
        assert len(DeliverySlots().take(due_of(1, 1000, standing))) == most


def test_office_with_dead_receivers_has_room_for_its_living_ones() -> None:
    slots = DeliverySlots()
    slots.take(due_of(1, 1000, ReceiverState.SET_BACK))
    assert slots.take([Due(1, 1, ReceiverState.NEW)])
    assert slots.take([Due(2, 1, ReceiverState.PROMPT)])
    assert slots.full_offices == [1]


def test_office_finds_a_slot_beside_fifty_offices_with_dead_receivers() -> None:
    for standing in ReceiverState:
        slots = DeliverySlots()
        slots.take([due for office in range(1, 51) for due in due_of(office, 20, standing)])
        assert slots.take([Due(1, 99)]) == [Due(1, 99)], standing


def test_prompt_receiver_finds_a_slot_beside_the_offices_own_dead_ones_and_those_of_fifty_offices() -> None:
    slots = DeliverySlots()
    slots.take([due for office in range(1, 51) for due in due_of(office, 20)])
    assert slots.take([Due(99, 1, ReceiverState.PROMPT)])


def test_offices_take_turns() -> None:
    slots = DeliverySlots()
    taken = slots.take([*due_of(1, 4, ReceiverState.PROMPT), *due_of(2, 4, ReceiverState.PROMPT)])
    assert [due.office_id for due in taken] == [1, 2, 1, 2, 1, 2, 1, 2]


def test_no_more_than_all_slots_are_taken() -> None:
    slots = DeliverySlots()
    assert len(slots.take([Due(office, office) for office in range(1000)])) == MAX_CONCURRENT
    assert len(slots.busy_webhooks) == MAX_CONCURRENT
    for webhook in slots.busy_webhooks:
        slots.release(webhook, webhook)
    assert (slots.busy_webhooks, slots.full_offices) == ([], [])
