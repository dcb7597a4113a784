"""Jinja templates of this package: everything is escaped unless it was made safe on purpose."""

from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined, Template, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from mkdocs_advisories.render.addresses import harmless
from mkdocs_advisories.render.words import ENGLISH, Words, has_words, words_of
from mkdocs_advisories.render.words.terms import metric_word, severity_word


def render(
    template: str,
    *,
    language: str,
    **context: Any,  # noqa: ANN401 - whatever the template places
) -> Markup:
    """Fill a template of `render/templates/` in a language. An unknown name in it is an error."""
    return Markup(_template(template, language).render(context))  # noqa: S704 - autoescaped


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A page as its template makes it: `html` is safe, title and description are plain text."""

    title: str
    description: str
    html: Markup


def render_page(template: str, *, language: str, **context: Any) -> Made:  # noqa: ANN401 - as above
    """Fill a template that sets `title` and `description` as well, so that all words are there."""
    made = _template(template, language).make_module(context)
    own = vars(made)
    return Made(
        title=_plain(own["title"]),
        description=_plain(own["description"]),
        html=Markup(str(made).lstrip()),  # noqa: S704 - autoescaped
    )


def keep_compiled(language: str, cache: BytecodeCache) -> None:
    """Keep what the templates of a language are compiled to, words included."""
    _environment(language).bytecode_cache = cache


def _plain(text: Markup) -> str:
    return " ".join(text.unescape().split())


@cache
def _template(name: str, language: str) -> Template:
    return _environment(language).get_template(name)


@cache
def _environment(language: str) -> Environment:
    environment = _Environment(
        loader=PackageLoader("mkdocs_advisories", "render/templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    words = words_of(language)
    install = environment.install_gettext_translations  # type: ignore[attr-defined] # by i18n
    install(words.translations, newstyle=True)
    environment.globals["_"] = _saying(words)
    environment.filters["code"] = _code
    environment.filters["codes"] = _codes
    environment.filters["code_list"] = _code_list
    environment.filters["either"] = words.either
    environment.filters["metric"] = partial(metric_word, words)
    environment.filters["severity"] = partial(severity_word, words)
    environment.globals["here"] = _here
    environment.globals["spoken"] = _spoken(language)
    environment.globals["harmless"] = harmless
    return environment


class _Environment(Environment):
    """Puts words that no value belongs into in their places when a template is compiled."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Give a template a copy of the globals: none is added after the first is loaded.

        Jinja's own map of both is slow to go through, which each page does several times.
        """
        return {**self.globals, **(d or {})}

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,  # noqa: FBT001, FBT002 - as Jinja calls it
    ) -> str:
        """Take Jinja's hook between parsing and code."""
        said = _Saying(self.globals["_"]).visit(source)
        return super()._generate(said, name, filename, defer_init)


class _Saying(NodeTransformer):
    """Makes of `_("…")` what it says; with values it stays a call."""

    def __init__(self, say: Any) -> None:  # noqa: ANN401 - a value of Jinja's globals
        self._say = say

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - Jinja's name for it
        """Look at a call; those in its arguments were seen to before."""
        self.generic_visit(node)
        match node:
            case nodes.Call(node=nodes.Name(name="_"), args=[nodes.Const(value=text)], kwargs=[]):
                return nodes.Const(self._say(text), lineno=node.lineno)
            case _:
                return node


def _saying(words: Words) -> Callable[..., Markup]:
    """Give what Jinja's `_` does in new style, which looks up and escapes at each call anew."""

    @cache
    def text_of(text: str) -> Markup:
        return Markup(words.translations.gettext(text))  # noqa: S704 - ours

    return lambda text, **values: text_of(text) % values


def _spoken(language: str) -> Markup:
    """Give the attributes of words that are in English on a site in another language."""
    return Markup("" if has_words(language) else f' lang="{ENGLISH}" dir="ltr"')  # noqa: S704 - ours


@lru_cache(maxsize=1024, typed=True)  # markup may equal a text, and is not one
def _code(text: str) -> Markup:
    return Markup(f"<code>{escape(text)}</code>")  # noqa: S704 - escaped


def _codes(texts: Iterable[str]) -> list[Markup]:
    return [_code(one) for one in texts]


def _code_list(texts: Iterable[str]) -> Markup:
    return Markup(", ".join(map(_code, texts)))  # noqa: S704 - escaped


def _here(root: str, url: str | None) -> str | None:
    """Give a URL as seen from a page: an address of this site begins at `root`, the way there."""
    return url if url is None or ":" in url.partition("/")[0] else root + url
