"""Why a sealed file is refused. No text of an advisory is ever part of it."""

from mkdocs_advisories.problems import Place, Problem


class RefusedError(Exception):
    """A sealed file, or something that belongs to it, is not what it must be.

    `text` and `remedy` are written here, never taken from the file.
    """

    def __init__(self, code: str, text: str, *, remedy: str, line: int = 1) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.remedy = remedy
        self.line = line

    def problem(self, path: str) -> Problem:
        """Say it about a file."""
        place = Place(path=path, line=self.line)
        return Problem(code=self.code, place=place, text=self.text, remedy=self.remedy)
