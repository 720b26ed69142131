"""Who lives together in the demo: couples, children, parents, sharers, with ages that fit each other."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

# GB/T 4761, one digit.
HEAD, SPOUSE, SON, DAUGHTER, PARENT, OTHER = 0, 1, 2, 3, 5, 8
MALE, FEMALE = 1, 2
OLDEST: Final = 97
COUPLE_SHARE: Final = 0.82
# Ages of somebody who lives alone: from, to, weight.
ALONE: Final = ((22, 38, 45), (39, 59, 20), (60, 88, 35))


@dataclass(frozen=True, slots=True)
class Member:
    """One person of a household: relation to the head, sex, day of birth."""

    relation: int
    sex: int
    born_on: date


def household_of(size: int, today: date, rng: Random, *, collective: bool) -> list[Member]:
    """Return the members of a household of that size, the head first."""
    people = _sharers(size, rng) if collective else _family(size, rng)
    return [Member(relation, sex, _born(age, today, rng)) for relation, sex, age in people]


def _born(age: int, today: date, rng: Random) -> date:
    return today - timedelta(days=round(age * 365.25) + rng.randrange(365))


def _sharers(size: int, rng: Random) -> list[tuple[int, int, int]]:
    """Return workmates of one sex: a bed each in a dormitory."""
    sex = rng.choice((MALE, FEMALE))
    return [(OTHER if index else HEAD, sex, rng.randint(19, 56)) for index in range(size)]


def _family(size: int, rng: Random) -> list[tuple[int, int, int]]:
    sex = rng.choice((MALE, FEMALE))
    if size == 1:
        low, high, _ = rng.choices(ALONE, [weight for *_, weight in ALONE])[0]
        return [(HEAD, sex, rng.randint(low, high))]
    couple = rng.random() < COUPLE_SHARE or size > 3
    age = rng.randint(26, 84) if couple and size == 2 else rng.randint(28, 58)
    members = [(HEAD, sex, age)]
    if couple:
        members.append((SPOUSE, MALE + FEMALE - sex, max(22, age + rng.randint(-6, 5))))
    others = _kin(min(member[2] for member in members), age, rng)
    return members + [next(others) for _ in range(size - len(members))]


def _kin(youngest: int, head: int, rng: Random) -> Iterator[tuple[int, int, int]]:
    """Yield who else lives with a couple: up to two children, up to two parents, then sharers."""
    children = 2 if rng.random() < 0.35 else 1
    for _ in range(children):
        sex = rng.choice((MALE, FEMALE))
        yield SON if sex == MALE else DAUGHTER, sex, max(0, youngest - rng.randint(22, 36))
    for sex in (FEMALE, MALE):
        yield PARENT, sex, min(OLDEST, head + rng.randint(21, 33))
    while True:
        yield OTHER, rng.choice((MALE, FEMALE)), rng.randint(19, 60)
