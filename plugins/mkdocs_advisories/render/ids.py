"""The ids of all advisories, for a search that leads from one straight to its advisory."""

from collections.abc import Iterable, Iterator

from mkdocs_advisories.render.addresses import FOLDER
from mkdocs_advisories.render.json_document import json_text, with_object
from mkdocs_advisories.render.outline import Outline

IDS_URI = "ids.json"


def ids(texts: Iterable[bytes]) -> Iterator[bytes]:
    """Give, in parts, every advisory's id with its aliases, and the folder of the pages.

    `texts` are the ids in their order, as `ids_text` writes them. The file is fetched when a reader
    presses Enter after what looks like an id. Ten thousand advisories with two ids each are 410 kB,
    142 kB compressed.
    """
    return with_object({"folder": FOLDER, "ids": {}}, "ids", texts)


def ids_text(line: Outline) -> bytes:
    """Write what there is of one advisory."""
    return json_text({line.id: list(line.aliases)})[1:-1]
