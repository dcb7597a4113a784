"""`mkdocs.yml` without MkDocs: the plugin's options and the few facts of the site that count.

The file may come from a stranger's pull request. So tags are not followed: `!ENV` is resolved as
MkDocs does, and any other (`!!python/name:…`, `!relative`) stands for nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml_env_tag import add_env_tag

from mkdocs_advisories.source.configuration import SiteFacts

PLUGIN = "advisories"
_DEEPEST_INHERITANCE = 10


class SiteFileError(ValueError):
    """The file cannot be read as the configuration of a site with this plugin."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteFile:
    """What the file says of the plugin, of the site, and of where MkDocs reads and writes."""

    options: Mapping[str, Any]
    facts: SiteFacts
    docs_dir: str
    site_dir: str


def read_site_file(file: Path) -> SiteFile:
    """Read a configuration of MkDocs, and what it inherits (`INHERIT`).

    Raises:
        SiteFileError: says what is wrong, and what to do.
    """
    site = _merged(file, depth=0)
    theme = site.get("theme")
    language = theme.get("language") if isinstance(theme, dict) else None
    return SiteFile(
        options=_options(site.get("plugins"), file),
        facts=SiteFacts(
            name=str(site.get("site_name", "")),
            description=site.get("site_description"),
            url=site.get("site_url"),
            language=str(language or "en"),
        ),
        docs_dir=str(site.get("docs_dir", "docs")),
        site_dir=str(site.get("site_dir", "site")),
    )


class _Loader(yaml.SafeLoader):
    """Reads plain data only, whatever tags the file has."""


def _nothing(_: yaml.Loader, __: str, ___: yaml.Node) -> None:
    """Stand in for what a tag would have made."""


_Loader.add_multi_constructor("", _nothing)
add_env_tag(_Loader)


def _merged(file: Path, *, depth: int) -> dict[str, Any]:
    site = _loaded(file)
    parent = site.pop("INHERIT", None)
    if not isinstance(parent, str):
        return site
    if depth == _DEEPEST_INHERITANCE:
        raise SiteFileError(f"{file}: INHERIT goes round in a circle: break it")
    return _over(_merged(file.parent / parent, depth=depth + 1), site)


def _loaded(file: Path) -> dict[str, Any]:
    try:
        site = yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - safe
    except FileNotFoundError:
        raise SiteFileError(
            f"there is no {file}: go to the folder of your site, or name the file: `advisory -f"
            " path/to/mkdocs.yml …`"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SiteFileError(f"{file} cannot be read: {type(error).__name__}") from None
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        raise SiteFileError(f"{file}:{line}: not valid YAML: correct it") from None
    if isinstance(site, dict):
        return site
    raise SiteFileError(f"{file}: not a mapping of options")


def _over(base: dict[str, Any], site: dict[str, Any]) -> dict[str, Any]:
    """Lay one configuration over another as MkDocs does: mappings merge, all else replaces."""
    merged = dict(base)
    for key, value in site.items():
        below = merged.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        merged[key] = _over(below, value) if both else value  # type: ignore[arg-type]
    return merged


def _options(plugins: object, file: Path) -> Mapping[str, Any]:
    """Find the plugin's options: plugins are a list of names and mappings, or one mapping."""
    entries = plugins.items() if isinstance(plugins, dict) else _entries(plugins)
    for name, options in entries:
        if name == PLUGIN:
            return options if isinstance(options, dict) else {}
    raise SiteFileError(
        f"{file}: the plugin `{PLUGIN}` is not in `plugins`: add it with its options"
    )


def _entries(plugins: object) -> list[tuple[object, object]]:
    entries: list[tuple[object, object]] = []
    for one in plugins if isinstance(plugins, list) else ():
        entries += one.items() if isinstance(one, dict) else [(one, None)]
    return entries
