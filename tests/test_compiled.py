"""Templates are compiled once, and become the same pages as if they always were."""

import sys
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment
from jinja2.ext import Extension as JinjaExtension
from jinja2.sandbox import SandboxedEnvironment
from mkdocs.commands.build import build
from mkdocs.config import load_config

from conftest import MKDOCS_YML, Folder
from mkdocs_advisories.press import compiled
from mkdocs_advisories.press.compiled import Compiled, is_predictable
from mkdocs_advisories.render import templating
from test_mkdocs import tree

OVERRIDE = """\
{% extends "base.html" %}
{% block announce %}<p id="own">{{ "Made by " | stamped }}</p>{% endblock %}
"""
HOOK = """\
import os

def on_env(env, config, files):
    env.filters["stamped"] = lambda text: text + os.environ["BUILDER"]
    return env
"""


class Extension(JinjaExtension):
    """An extension that a plugin might bring."""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the package, where compiled templates lie below."""
    monkeypatch.setattr(compiled, "_PACKAGE", tmp_path / "package")
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    return tmp_path / "package"


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources that were compiled so far."""
    seen: list[str] = []
    compile_it = Environment.compile

    def watched(self: Environment, source: str, *args: object) -> object:
        seen.append(source)
        return compile_it(self, source, *args)  # type: ignore[call-overload]

    monkeypatch.setattr(Environment, "compile", watched)
    return seen


def shown(source: str = "{{ 6 * 7 }}", *, kind: str = "pages", stated: str = "one") -> str:
    """Fill a template as a new process does."""
    kept = Compiled(kind, stated=stated)
    environment = Environment(  # noqa: S701 - of numbers
        loader=DictLoader({"page.html": source}), bytecode_cache=kept, cache_size=0
    )
    assert environment.get_template("page.html").render() == "42"
    return environment.get_template("page.html").render()


def test_a_template_is_compiled_in_the_first_process_only(place: Path, times: list[str]) -> None:
    assert shown() == shown() == "42"
    assert times == ["{{ 6 * 7 }}"]
    (file,) = (place / "__pycache__").iterdir()
    assert file.suffix == ".pyc"


def test_it_is_compiled_again_if_its_source_or_the_program_is_another(
    place: Path, times: list[str]
) -> None:
    for source, stated in (("{{ 6 * 7 }}", "one"), ("{{ 7 * 6 }}", "one"), ("{{ 7 * 6 }}", "two")):
        shown(source, stated=stated)
    assert len(times) == 3
    assert len(list((place / "__pycache__").iterdir())) == 1, "what is out of date is replaced"


def test_templates_of_the_same_name_and_other_kinds_do_not_meet(
    place: Path, times: list[str]
) -> None:
    for kind in ("en", "de", "en", "de"):
        shown(kind=kind)
    assert len(times) == 2
    assert len(list((place / "__pycache__").iterdir())) == 2


def test_nothing_is_written_where_python_writes_nothing_either(
    place: Path, times: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    shown()
    assert times == ["{{ 6 * 7 }}"], "within a process it is kept"
    assert not place.exists()


def test_a_folder_that_cannot_be_written_costs_time_only(place: Path, times: list[str]) -> None:
    place.write_text("a file where a folder should be", encoding="utf-8")
    assert shown() == shown() == "42"
    assert len(times) == 2


def test_what_is_damaged_is_compiled_again(place: Path, times: list[str]) -> None:
    shown()
    (file,) = (place / "__pycache__").iterdir()
    for damage in (b"", b"j2", file.read_bytes()[:-9]):
        times.clear()
        file.write_bytes(damage)
        assert shown() == "42"
        assert times == ["{{ 6 * 7 }}"]


def test_the_environment_of_mkdocs_is_predictable() -> None:
    project = Path(__file__).parents[1]
    environment = load_config(str(project / "mkdocs.yml")).theme.get_env()
    assert is_predictable(environment, known="mkdocs")
    assert not is_predictable(environment, known="another"), "it has filters of MkDocs"


@pytest.mark.parametrize(
    "environment",
    [
        Environment(trim_blocks=True),  # noqa: S701 - never filled
        Environment(autoescape=True),
        Environment(variable_start_string="{["),  # noqa: S701 - as above
        SandboxedEnvironment(),
    ],
)
def test_one_with_other_options_is_not(environment: Environment) -> None:
    assert not is_predictable(environment, known="mkdocs")


def test_one_with_filters_tests_or_extensions_of_others_is_not() -> None:
    extensions = ["test_compiled.Extension"]
    assert not is_predictable(Environment(extensions=extensions), known="mkdocs")  # noqa: S701
    for added in ("filters", "tests"):
        environment = Environment()  # noqa: S701 - never filled
        assert is_predictable(environment, known="mkdocs")
        getattr(environment, added)["upper"] = lambda text: text
        assert not is_predictable(environment, known="mkdocs")


def test_a_filter_of_the_site_that_says_something_else_changes_its_pages(
    checkout: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = checkout.path.parent
    (root / "overrides").mkdir()
    (root / "overrides" / "main.html").write_text(OVERRIDE, encoding="utf-8")
    (root / "hook.py").write_text(HOOK, encoding="utf-8")
    theme = "theme: {name: material, font: false"
    assert theme in MKDOCS_YML
    themed = MKDOCS_YML.replace(theme, f"hooks: [hook.py]\n{theme}, custom_dir: overrides")
    (root / "mkdocs.yml").write_text(themed, encoding="utf-8")
    checkout.write()
    for name in ("Ada", "Grace"):
        monkeypatch.setenv("BUILDER", name)
        build(load_config(str(root / "mkdocs.yml"), site_dir=str(root / "site")))
        for page in ("index.html", "advisories/LAN-2026-0001/index.html"):
            assert f"Made by {name}" in (root / "site" / page).read_text(encoding="utf-8")


def test_a_site_is_the_same_whether_templates_were_compiled_or_not(
    checkout: Folder, place: Path, times: list[str]
) -> None:
    root = checkout.path.parent
    checkout.write()

    def built(site: str) -> tuple[dict[str, bytes], int]:
        for one in (templating._template, templating._environment):
            one.cache_clear()
        times.clear()
        build(load_config(str(root / "mkdocs.yml"), site_dir=str(root / site)))
        return tree(root / site), len(times)

    (first, compiled_first), (second, compiled_second) = built("first"), built("second")
    assert first == second
    # Six: what Material looks into before the environment is ready. MkDocs may have the plugin of
    # an earlier test, which knows the theme's templates.
    assert compiled_second <= 6 < compiled_first
    assert list((place / "__pycache__").iterdir())
