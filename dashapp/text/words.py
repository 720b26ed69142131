"""The interface's words in Chinese and English, from gettext catalogues read at start."""

from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po

FOLDER: Final = Path(__file__).parent
TAGS: Final = {"zh": "zh-CN", "en": "en"}


class Words:
    """The words of one language: `w("Sign in")`, `w("{n} buildings", n=3)`."""

    def __init__(self, language: str, catalogue: dict[str, str]) -> None:
        self.language, self.tag = language, TAGS[language]
        self._catalogue = catalogue

    def __call__(self, msgid: str, **values: object) -> str:
        """Return the words for a message; a missing one shows its id, and fails `make check`."""
        text = self._catalogue.get(msgid, msgid)
        return text.format(**values) if values else text

    def __contains__(self, msgid: str) -> bool:
        """Tell whether the catalogue has words for a message."""
        return bool(self._catalogue.get(msgid))

    @property
    def msgids(self) -> frozenset[str]:
        """Return every message of the catalogue."""
        return frozenset(self._catalogue)


@cache
def words_for(language: str) -> Words:
    """Return the words of `zh` or `en`."""
    with (FOLDER / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    return Words(language, {str(m.id): str(m.string) for m in catalogue if m.id})
