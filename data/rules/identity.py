"""Resident ID numbers (公民身份号码): check digit, and how they are shown."""

from typing import Final

# GB 11643-1999, ISO 7064 MOD 11-2.
WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS: Final = "10X98765432"
# An area code that GB/T 2260 has never assigned: an invented number can belong to nobody.
SYNTHETIC_AREA: Final = "990000"


def check_digit(first_17: str) -> str:
    """Return the 18th character for the first 17 digits of an ID number."""
    if len(first_17) != 17 or not (first_17.isascii() and first_17.isdigit()):
        raise ValueError("an ID number needs 17 digits before its check digit")
    return CHECK_DIGITS[sum(int(d) * w for d, w in zip(first_17, WEIGHTS, strict=True)) % 11]


def is_valid_id(number: str) -> bool:
    """Tell whether an 18-character ID number carries its right check digit."""
    head, tail = number[:17], number[17:]
    return len(number) == 18 and head.isascii() and head.isdigit() and check_digit(head) == tail


def mask_id(number: str) -> str:
    """Return 310***********123X: three characters before, four after."""
    return f"{number[:3]}{'*' * max(0, len(number) - 7)}{number[-4:]}" if len(number) > 7 else "***"


def mask_name(name: str) -> str:
    """Return 王*: the first character, one star for each of the others."""
    return name[:1] + "*" * max(1, len(name) - 1) if name else ""


def mask_phone(number: str) -> str:
    """Return 138****5678."""
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 11 else "****"
