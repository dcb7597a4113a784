"""What the project says about itself is true."""

import ast
import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from re._parser import parse as parse_pattern  # type: ignore[attr-defined,import-not-found,unused-ignore]
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from conftest import NOW, PROJECT, Folder
from mkdocs_advisories.embargo import disclose
from mkdocs_advisories.explanations import codes, reference
from mkdocs_advisories.render.page import Page
from mkdocs_advisories.site import build_site
from mkdocs_advisories.source.catalog import read_catalog
from mkdocs_advisories.source.contract import contract

SCHEMAS = ("advisory", "index", "policy", "problems")


def described(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every field of a schema that an author can write, by its path."""
    for place in ("properties", "$defs"):
        for name, field in schema.get(place, {}).items():
            yield name, field
            yield from ((f"{name}.{path}", child) for path, child in described(field))
    if "items" in schema:
        yield from ((f"[].{path}", child) for path, child in described(schema["items"]))


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one_and_describes_every_field_with_examples_that_fit(name: str) -> None:
    schema = contract(name)
    Draft202012Validator.check_schema(schema)
    for path, field in described(schema):
        about = {**_definition(field, schema), **field}
        assert about["title"], path
        assert about["description"].endswith("."), path
        validator = Draft202012Validator({**field, "$defs": schema["$defs"]})
        assert about["examples"], path
        for example in about["examples"]:
            validator.validate(example)


def _definition(field: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    name = field.get("$ref", "").removeprefix("#/$defs/")
    found: dict[str, Any] = schema["$defs"].get(name, {})
    return found


@pytest.mark.parametrize("name", SCHEMAS)
def test_no_object_of_a_schema_takes_unknown_fields_unless_it_is_free_data(name: str) -> None:
    closed = {
        path: field.get("additionalProperties")
        for path, field in described(contract(name))
        if field.get("type") == "object" and path != "open"
    }
    assert set(closed.values()) == {False}


def test_every_code_is_used_and_explained() -> None:
    sources = "".join(
        file.read_text(encoding="utf-8") for file in (PROJECT / "plugins").rglob("*.py")
    )
    assert set(re.findall(r'"(ADV\d{3})"', sources)) == set(codes())


def test_the_reference_of_the_problems_is_made_from_the_explanations() -> None:
    """`scripts/reference` makes it anew."""
    page = (PROJECT / "manual" / "problems.md").read_text(encoding="utf-8")
    assert page.partition("<!-- reference -->\n\n")[2] == reference()


def test_every_field_and_option_stands_in_its_reference() -> None:
    for schema, page in (("advisory", "format.md"), ("policy", "configuration.md")):
        text = (PROJECT / "manual" / page).read_text(encoding="utf-8")
        for path, _ in described({"properties": contract(schema)["properties"]}):
            name = path.rpartition(".")[2]
            assert re.search(rf"(`|# |\.){name}\b", text), (page, path)


def test_the_readme_names_every_option() -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    for name in contract("policy")["properties"]:
        assert f"`{name}" in text, name


def test_the_example_of_the_readme_is_sound(folder: Folder) -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    match = re.search(r"<!-- example -->\n```markdown\n(.*?)\n```\n", text, re.DOTALL)
    assert match
    name = re.findall(r"^id: (\S+)$", match[1], re.MULTILINE)[0]
    (folder.path / f"{name}.md").write_text(match[1] + "\n", encoding="utf-8")
    for attachment in re.findall(rf"\({name}/(\S+?)\)", match[1]):
        (folder.path / name).mkdir(exist_ok=True)
        (folder.path / name / attachment).write_text("x", encoding="utf-8")
    policy = folder.policy
    own = {field: getattr(policy, field) for field in type(policy).__dataclass_fields__}
    catalog = read_catalog(
        folder.path, prefix="advisories", policy=type(policy)(**{**own, "id_pattern": "GHSA-.*"})
    )
    assert catalog.problems == ()
    assert len(catalog.advisories) == 1


def test_links_between_the_documents_lead_somewhere() -> None:
    for file in (*PROJECT.glob("*.md"), *(PROJECT / "manual").rglob("*.md")):
        prose = re.sub(r"```.*?```|`[^`\n]*`", "", file.read_text("utf-8"), flags=re.DOTALL)
        for link in re.findall(r"\]\(([^)#\s]+)", prose):
            if "://" not in link and not link.startswith("mailto:"):
                assert (file.parent / link).exists(), (file.name, link)


def test_no_pattern_has_possessive_quantifiers() -> None:
    """Python before 3.11.5 loses matches of them (its issue 106052): a leak would go unseen."""
    package = import_module("mkdocs_advisories")
    names = [one.name for one in walk_packages(package.__path__, "mkdocs_advisories.")]
    values = [value for name in names for value in vars(import_module(name)).values()]
    patterns = {one.pattern for one in values if isinstance(one, re.Pattern)}
    assert len(patterns) > 100
    for pattern in patterns:
        tree = repr(parse_pattern(pattern))
        assert "POSSESSIVE" not in tree, pattern
        assert "ATOMIC" not in tree, pattern


def test_functions_are_short() -> None:
    lengths = sorted(
        node.end_lineno
        - node.body[ast.get_docstring(node) is not None and len(node.body) > 1].lineno
        + 1
        for file in (PROJECT / "plugins").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.end_lineno
    )
    assert lengths[len(lengths) // 2] <= 8
    assert lengths[-1] <= 35


def test_public_records_of_others_run_through_the_whole_house(
    corpora: Path, folder: Folder
) -> None:
    """What OSV's vocabulary can say is understood, whoever has written it."""
    yaml = pytest.importorskip("yaml")
    files = sorted((corpora / "data" / "pypa" / "vulns").rglob("*.yaml"))[::20]
    assert len(files) > 100
    for file in files:
        record = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
        front = {
            "id": record["id"],
            "summary": record.get("summary", "A record without a title"),
            "embargo": "2020-01-01T00:00:00Z",
            "affected": [
                {key: one[key] for key in ("package", "ranges", "versions") if one.get(key)}
                for one in record["affected"]
            ],
        }
        text = f"---\n{json.dumps(front)}\n---\n{record['details']}\n"
        (folder.path / f"{record['id']}.md").write_text(text, encoding="utf-8")
    own = {name: getattr(folder.policy, name) for name in type(folder.policy).__dataclass_fields__}
    policy = type(folder.policy)(**{**own, "id_pattern": "PYSEC-.*"})
    catalog = read_catalog(folder.path, prefix="advisories", policy=policy)
    shapes = {one.code for one in catalog.problems if one.code < "ADV120"}
    assert shapes <= {"ADV106"}, [one for one in catalog.problems if one.code in shapes][:3]
    site = build_site(disclose(catalog.advisories, now=NOW), policy=policy, index_uri="")
    pages = [
        uri
        for uri, one in site.contents.items()
        if isinstance(one, Page) and uri.startswith("advisories/")
    ]
    assert len(pages) == len(catalog.advisories)
    assert len(catalog.advisories) > len(files) / 2
