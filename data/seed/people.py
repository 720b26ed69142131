"""Invented persons: names, numbers that can belong to nobody, and their sealing."""

from datetime import date
from random import Random
from typing import Any, Final

from data.rules.identity import SYNTHETIC_AREA, check_digit
from data.rules.register import IdKind, PersonCategory
from data.sealing import KeyRing

SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢"
)
GIVEN: Final = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰春梅建国文志红云海燕波宁欣怡子涵浩宇轩"
)
# 0 head, 1 spouse, 2 son, 3 daughter, 5 parent, 8 other: GB/T 4761.
RELATIONS: Final = (0, 1, 2, 3, 5, 8, 8, 8)
# Never given out: mobile numbers begin 13 to 19.
PHONE_PREFIX: Final = "100"


class PersonMaker:
    """Makes the rows of persons, sealed with a key of their own each."""

    def __init__(self, ring: KeyRing, rng: Random, today: date) -> None:
        self.ring, self.rng, self.today = ring, rng, today
        self.made = 0
        self.used: dict[str, int] = {}

    def row(self, committee_id: int, relation: int) -> dict[str, Any]:
        """Return the columns of one new person who stands in this relation to the head."""
        self.made += 1
        uid = f"p{self.made:09d}"
        birth = self._birth(relation)
        sex = self._sex(relation)
        name = self.rng.choice(SURNAMES) + "".join(
            self.rng.choices(GIVEN, k=self.rng.choice((1, 2, 2)))
        )
        number = self._number(birth, sex)
        key, wrapped = self.ring.new_data_key(uid)
        return {
            "uid": uid,
            "committee_id": committee_id,
            "key_id": self.ring.current,
            "data_key": wrapped,
            "name_sealed": key.seal("name", name),
            "id_number_sealed": key.seal("id_number", number),
            "phone_sealed": key.seal("phone", self._phone()) if relation < 2 else None,
            "id_index": self.ring.blind_index("id_number", number),
            "name_index": self.ring.blind_index("name", f"{name}|{birth.year}"),
            "id_kind": IdKind.RESIDENT_ID,
            "sex": sex,
            "birth_year": birth.year,
            "category": self._category(),
            "erased_on": None,
        }

    def _birth(self, relation: int) -> date:
        spans = {0: (26, 80), 1: (26, 80), 2: (0, 24), 3: (0, 24), 5: (60, 92)}
        age = self.rng.randint(*spans.get(relation, (18, 60)))
        return date(self.today.year - age - 1, self.rng.randint(1, 12), self.rng.randint(1, 28))

    def _sex(self, relation: int) -> int:
        return {2: 1, 3: 2}.get(relation, self.rng.choice((1, 2)))

    def _number(self, birth: date, sex: int) -> str:
        """Return an ID number of the unassigned area; the sequence is odd for men."""
        born = f"{birth:%Y%m%d}{sex}"
        self.used[born] = self.used.get(born, -1) + 1
        first = f"{SYNTHETIC_AREA}{birth:%Y%m%d}{2 * self.used[born] + (sex == 1):03d}"
        return first + check_digit(first)

    def _phone(self) -> str:
        return f"{PHONE_PREFIX}{self.rng.randrange(10**8):08d}"

    def _category(self) -> PersonCategory:
        kinds = (
            PersonCategory.LOCAL_HUKOU,
            PersonCategory.DOMESTIC_MIGRANT,
            PersonCategory.OVERSEAS,
        )
        return self.rng.choices(kinds, [68, 31, 1])[0]
