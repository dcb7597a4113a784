"""The scripts that run in the reader's browser, in the language of the site.

They are translated before they are served: so a reader loads the words of one language only.
"""

import json
import re

from mkdocs_advisories.render.words import Words, words_of

LANGUAGE = 'Intl.PluralRules("en")'
"""Where the scripts state the language whose plural forms they have."""

_TEXT = r'\(\s*("[^"\\\n]*")'
_SINGLE = re.compile(rf"\bgettext{_TEXT}")
_FORMS = re.compile(rf'\bngettext{_TEXT},\s*("[^"\\\n]*")')
_MANY = 201
"""Every language has a number below it for each of its plural forms (CLDR, "Language Plural
Rules"), but for those of millions alone."""


def in_language(script: str, language: str) -> str:
    """Put the words of a language into the place of those of a script, which are English.

    What has plural forms gets them by the categories of ECMAScript's `Intl.PluralRules`.
    """
    words = words_of(language)
    single = _SINGLE.sub(lambda found: f"gettext({_said(words, found[1])}", script)
    forms = _FORMS.sub(lambda found: f"ngettext({_forms(words, found[1], found[2])}, 0", single)
    return forms.replace(LANGUAGE, LANGUAGE.replace("en", words.language))


def _said(words: Words, text: str) -> str:
    return _literal(words.translations.gettext(json.loads(text)))


def _forms(words: Words, one: str, many: str) -> str:
    english = json.loads(one), json.loads(many)
    form, say = words.locale.plural_form, words.translations.ngettext
    return _literal({form(number): say(*english, number) for number in range(_MANY)})


def _literal(said: str | dict[str, str]) -> str:
    return json.dumps(said, ensure_ascii=False)
