"""Content negotiation by the Accept header (RFC 9110, 12.5.1)."""

from collections.abc import Iterator

from api.concurrency.bounded_cache import cache_short

# Media types of one representation: first the type of the response, then its aliases.
Offer = tuple[str, ...]
# Weight, then place in the header, negated so that an earlier place ranks higher. The highest rank wins.
Rank = tuple[float, int]
MAX_CACHED_CHARACTERS = 300


# Both have weight 0: `EXCLUDED` was listed with a weight of 0, `UNLISTED` matches no range.
EXCLUDED: Rank = (0.0, 0)
UNLISTED: Rank = (0.0, 1)


@cache_short(1024, MAX_CACHED_CHARACTERS)
def choose_offer(header: str, offers: tuple[Offer, ...]) -> int:
    """Return the index of the offer with the highest rank, the first of equal ranks; 0 if the header accepts no offer.

    RFC 9110 (12.4.1) allows a service to send its default then. A weight of 0 excludes the offers with that response
    type, even if the header accepts an alias.
    """
    ranges = dict(_parse_ranges(header))
    ranks = [_rank_offer(offer, ranges) for offer in offers]
    best = max(range(len(offers)), key=lambda place: (ranks[place], -place))
    return best if ranks[best] > UNLISTED else 0


@cache_short(256, MAX_CACHED_CHARACTERS)
def parse_preferences(header: str) -> tuple[str, ...]:
    """Parse the values of a header such as `Accept-Language`, in lower case, highest weight first."""
    ranks = dict(_parse_ranges(header))
    return tuple(sorted((each for each in ranks if ranks[each] > UNLISTED), key=ranks.__getitem__, reverse=True))


def _rank_offer(offer: Offer, ranges: dict[str, Rank]) -> Rank:
    if ranges.get(offer[0]) == EXCLUDED:
        return EXCLUDED
    return max(_find_rank(media_type, ranges) for media_type in offer)


def _find_rank(media_type: str, ranges: dict[str, Rank]) -> Rank:
    """Return the rank of the most specific range: the type itself, `kind/*` or `*/*`."""
    kind = media_type.partition("/")[0]
    return next((ranges[each] for each in (media_type, f"{kind}/*", "*/*") if each in ranges), UNLISTED)


def _parse_ranges(header: str) -> Iterator[tuple[str, Rank]]:
    """Yield the media ranges and their ranks. If a range is listed twice, the last rank counts."""
    for place, part in enumerate(header.split(",")):
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weights = [parameter[2:] for parameter in parameters if parameter.startswith("q=")]
        weight = _parse_weight(weights)
        if media_range:
            yield media_range, (weight, -place) if weight > 0 else EXCLUDED


def _parse_weight(weights: list[str]) -> float:
    try:
        return float(weights[0]) if weights else 1.0
    except ValueError:
        return 0.0
