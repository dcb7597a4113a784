"""Code in colours, for whose language Pygments need not look through all that it has again."""

from functools import lru_cache
from typing import Any

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound
from pymdownx.highlight import Highlight, HighlightExtension


class HighlightingExtension(HighlightExtension):  # type: ignore[misc] # pymdownx has no types
    """The extension of pymdownx, with a highlighter that knows the languages it has met."""

    def get_pymdownx_highlighter(self) -> type[Highlight]:
        """Give what highlights blocks."""
        return _Highlight


class _Highlight(Highlight):  # type: ignore[misc] # pymdownx has no types
    def get_lexer(self, src: str, language: str, inline: bool, stripnl: bool) -> Any:  # noqa: ANN401, FBT001 - pymdownx' own
        """Give a new lexer, for some keep what they have seen, and the name of its language."""
        known = _lexer_of(language) if language else None
        if known:
            return known(stripnl=stripnl), language
        return super().get_lexer(src, "", inline, stripnl)


@lru_cache(maxsize=256)
def _lexer_of(language: str) -> type[Lexer] | None:
    try:
        return type(get_lexer_by_name(language))
    except ClassNotFound:
        return None
