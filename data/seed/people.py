"""Invented persons: names, numbers that can belong to nobody, and their sealing."""

from datetime import date
from random import Random
from typing import Any, Final

from data.rules.identity import SYNTHETIC_AREA, check_digit
from data.rules.register import IdKind, PersonCategory
from data.sealing import KeyRing
from data.seed.families import MALE, SPOUSE, Member

SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢"
)
GIVEN: Final = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰春梅建国文志红云海燕波宁欣怡子涵浩宇轩"
)
# Never given out: mobile numbers begin 13 to 19.
PHONE_PREFIX: Final = "100"


class PersonMaker:
    """Makes the rows of persons, sealed with a key of their own each."""

    def __init__(self, ring: KeyRing, rng: Random) -> None:
        self.ring, self.rng = ring, rng
        self.made = 0
        self.used: dict[tuple[date, int], int] = {}

    def surname(self) -> str:
        """Return a family name."""
        return self.rng.choice(SURNAMES)

    def row(
        self, committee_id: int, member: Member, surname: str, category: PersonCategory
    ) -> dict[str, Any]:
        """Return the columns of one new person."""
        self.made += 1
        uid = f"p{self.made:09d}"
        name = surname + "".join(self.rng.choices(GIVEN, k=self.rng.choice((1, 2, 2))))
        number = self._number(member.born_on, member.sex)
        key, wrapped = self.ring.new_data_key(uid)
        phone = key.seal("phone", self._phone()) if member.relation <= SPOUSE else None
        return {
            "uid": uid,
            "committee_id": committee_id,
            "key_id": self.ring.current,
            "data_key": wrapped,
            "name_sealed": key.seal("name", name),
            "id_number_sealed": key.seal("id_number", number),
            "phone_sealed": phone,
            "id_index": self.ring.blind_index("id_number", number),
            "name_index": self.ring.blind_index("name", f"{name}|{member.born_on.year}"),
            "id_kind": IdKind.RESIDENT_ID,
            "sex": member.sex,
            "birth_year": member.born_on.year,
            "category": category,
            "erased_on": None,
        }

    def _number(self, born_on: date, sex: int) -> str:
        """Return an ID number of the unassigned area; its sequence is odd for men."""
        turn = self.used[born_on, sex] = self.used.get((born_on, sex), -1) + 1
        sequence = 2 * turn + (1 if sex == MALE else 2)
        first = f"{SYNTHETIC_AREA}{born_on:%Y%m%d}{sequence:03d}"
        return first + check_digit(first)

    def _phone(self) -> str:
        return f"{PHONE_PREFIX}{self.rng.randrange(10**8):08d}"
