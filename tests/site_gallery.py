"""A small site that has each kind of page, and what is hard to lay out on them.

Its advisories and the options of the plugin lie in `gallery/`. Its other pages, theme and colours
are those of the example site.
"""

import shutil
from pathlib import Path

import yaml
from mkdocs.commands.build import build
from mkdocs.config import load_config

from conftest import PROJECT

GALLERY = PROJECT / "tests" / "gallery"
PLAIN = "advisories/LAN-2026-0001/"
EXPLOITED = "advisories/LAN-2026-0004/"
THREE_PACKAGES = "advisories/LAN-2026-0006/"


def build_gallery(root: Path) -> Path:
    """Build the site below an empty folder; gives the folder with its pages."""
    shutil.copytree(PROJECT / "docs", root / "docs")
    shutil.copytree(GALLERY, root / "advisories")
    config = yaml.safe_load((PROJECT / "mkdocs.yml").read_text(encoding="utf-8"))
    options = (root / "advisories" / "advisories.yml").rename(root / "options.yml")
    config["plugins"] = ["search", {"advisories": yaml.safe_load(options.read_bytes())}]
    (root / "mkdocs.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    build(load_config(str(root / "mkdocs.yml"), site_dir=str(root / "site")))
    return root / "site"


def addresses(site: Path) -> list[str]:
    """Give the addresses of all pages of a site, from its root."""
    files = sorted(one.relative_to(site).as_posix() for one in site.rglob("*.html"))
    return [one.removesuffix("index.html") for one in files]
