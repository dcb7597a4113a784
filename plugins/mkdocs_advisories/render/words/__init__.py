"""The words of the pages and feeds in the language of the site: those of one catalog each.

English is what stands in the code. Every other language is a catalog of GNU gettext beside this
file, which is read as it is: nothing has to be compiled.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from gettext import NullTranslations
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.lists import format_list
from markupsafe import Markup, escape

if TYPE_CHECKING:  # what reads catalogs takes long to load, and English has none
    from babel.messages.catalog import Catalog

ENGLISH = "en"

_WORLD = "en_001"
"""How dates are written in English where no country is stated: 1 May 2026."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Words:
    """The words of one language, and how it writes dates and lists.

    `language` is the tag of the catalog (BCP 47), `locale` may be that of a country.
    """

    language: str
    locale: Locale
    translations: NullTranslations

    def gettext(self, text: str, **values: str) -> str:
        """Say a text. `%(name)s` in it stands for a value."""
        return self.translations.gettext(text) % values

    def pgettext(self, context: str, text: str) -> str:
        """Say a word that has another meaning elsewhere."""
        return self.translations.pgettext(context, text)

    def day(self, day: date) -> str:
        """Write a day, with the month as a word."""
        return _day(day, self.locale)

    def either(self, items: Iterable[str]) -> Markup:
        """Join as a sentence does: `a, b or c`. What is not markup is escaped."""
        every = tuple(str(escape(one)) for one in items)
        return Markup(_either(every, self.locale))  # noqa: S704 - escaped

    def either_plain(self, items: Iterable[str]) -> str:
        """Join plain text likewise."""
        return _either(tuple(items), self.locale)


@cache
def words_of(language: str) -> Words:
    """Give the words of a language: `de-AT` has those of `de`. Without any they are English."""
    tag = catalog_tag(language)
    return Words(
        language=tag,
        locale=_locale(language if has_words(language) else ENGLISH),
        translations=NullTranslations() if tag == ENGLISH else _translations(catalog(tag)),
    )


def languages() -> tuple[str, ...]:
    """Give the tags of all languages that have words, English first."""
    return (ENGLISH, *sorted(_sources()))


def has_words(language: str) -> bool:
    """Say whether there are words of a language, or of the one that it is a kind of."""
    return catalog_tag(language) != ENGLISH or _ranges(language)[-1] == ENGLISH


def catalog_tag(language: str) -> str:
    """Give the tag of the catalog that is nearest to a language (RFC 4647, section 3.4)."""
    known = {one.lower(): one for one in _sources()}
    return next((known[one] for one in _ranges(language) if one in known), ENGLISH)


@cache
def catalog(tag: str) -> "Catalog":
    """Read the catalog of one of the `languages`; that of English has no messages."""
    from babel.messages.catalog import Catalog  # noqa: PLC0415 - see above
    from babel.messages.pofile import read_po  # noqa: PLC0415 - see above

    if tag == ENGLISH:
        return Catalog(locale=_WORLD)
    with _sources()[tag].open("rb") as file:
        return read_po(file, locale=tag.replace("-", "_"))


@cache
def _sources() -> Mapping[str, Traversable]:
    """Find the catalogs. A language never becomes a path: it is looked up among their names."""
    every = files(__package__).iterdir()
    return {one.name.removesuffix(".po"): one for one in every if one.name.endswith(".po")}


def _ranges(language: str) -> list[str]:
    """Give a tag, and what is left of it without its last part, and so on."""
    parts = language.replace("_", "-").lower().split("-")
    return ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]


def _translations(source: "Catalog") -> NullTranslations:
    """Take a catalog as gettext does, which leaves out what is fuzzy or not translated."""
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - see above
    from babel.support import Translations  # noqa: PLC0415 - see above

    compiled = BytesIO()
    write_mo(compiled, source)
    compiled.seek(0)
    return Translations(compiled)


def _locale(language: str) -> Locale:
    """Give the locale for dates, or that of the language alone where the country is unknown."""
    for one in _ranges(language):
        if one != ENGLISH:
            with suppress(UnknownLocaleError, ValueError):
                return Locale.parse(one, sep="-")
    return Locale.parse(_WORLD)


@lru_cache(maxsize=8)
def _either(items: tuple[str, ...], locale: Locale) -> str:
    return format_list(items, style="or", locale=locale)


@lru_cache(maxsize=1 << 16)
def _day(day: date, locale: Locale) -> str:
    return format_date(day, "long", locale)
