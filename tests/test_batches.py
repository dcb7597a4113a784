"""What is made of many advisories is made in parts, of which few change when one advisory does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import NOW, Folder
from mkdocs_advisories.embargo import disclose
from mkdocs_advisories.press.stored import _firsts, _Planned
from mkdocs_advisories.render.json_document import json_bytes, with_list, with_object
from mkdocs_advisories.render.outline import Outline, standing
from mkdocs_advisories.site import build_site
from mkdocs_advisories.site.indexes import chunks
from mkdocs_advisories.site.plain_data import (
    UNREADABLE,
    entry_from,
    entry_json,
    outline_data,
    outline_from,
    pages_from,
    pages_json,
    sheet_from,
    sheet_json,
)
from mkdocs_advisories.site.records import ROOTS
from mkdocs_advisories.site.sheet import Around, draw

NAMES = st.integers(0, 99_999).map("A-{:05}".format)


def line(name: str, **more: object) -> Outline:
    facts: dict[str, object] = {
        "id": name,
        "aliases": (),
        "summary": "Summary",
        "published": datetime(2026, 5, 1, tzinfo=UTC),
        "modified": datetime(2026, 5, 1, tzinfo=UTC),
        "year": "2026",
        "severity": "high",
        "score": 7.5,
        "packages": (),
    }
    return Outline(**(facts | more))  # type: ignore[arg-type]


@given(st.lists(NAMES, max_size=2_000, unique=True))
def test_the_parts_of_a_list_are_the_list(names: list[str]) -> None:
    lines = [line(name) for name in names]
    parts = list(chunks(lines))
    assert [one for part in parts for one in part] == lines
    assert all(parts)


@given(st.lists(NAMES, min_size=1, max_size=2_000, unique=True), NAMES, st.data())
def test_one_more_in_a_list_leaves_all_parts_but_one_as_they_were(
    names: list[str], new: str, data: st.DataObject
) -> None:
    names = [one for one in names if one != new]
    place = data.draw(st.integers(0, len(names)))
    before = {tuple(one.id for one in part) for part in chunks([line(one) for one in names])}
    longer = [*names[:place], new, *names[place:]]
    after = {tuple(one.id for one in part) for part in chunks([line(one) for one in longer])}
    assert len(before - after) <= 1
    assert len(after - before) <= 2


def test_what_is_withdrawn_or_superseded_by_one_that_stands_says_nothing() -> None:
    old, new = line("A-1", superseded_by="A-2"), line("A-2")
    gone = line("A-2", is_withdrawn=True)
    assert standing([old, new]) == [new]
    assert standing([old, gone]) == [old]
    assert standing([old]) == [old]


@pytest.mark.parametrize("texts", [[], [{"a": "\u00e4"}], [{"a": 1}, {"b": '"list":[]'}]])
def test_a_document_in_parts_is_the_document(texts: list[dict[str, object]]) -> None:
    written = [json_bytes(one).strip() for one in texts]
    whole = {"list": texts, "name": '"list":[]', "z": {"x": []}}
    assert b"".join(with_list({**whole, "list": []}, "list", written)) == json_bytes(whole)


def test_members_in_parts_are_the_object() -> None:
    whole = {"ids": {"A": ["b"], "C": []}, "name": '"ids":{}'}
    parts = [b'"A":["b"]', b'"C":[]']
    assert b"".join(with_object({**whole, "ids": {}}, "ids", parts)) == json_bytes(whole)


def test_outlines_and_entries_come_back_from_plain_data_and_all_addresses_have_known_roots(
    folder: Folder,
) -> None:
    folder.write("LAN-2026-0001", more="aliases: [CVE-2026-1001]\n")
    folder.write("LAN-2026-0002", summary="The `x` & <y>")
    public = disclose(folder.read().advisories, now=NOW)
    for advisory in public.advisories:
        drawn = draw(advisory, policy=folder.policy, around=Around(), index_uri="")
        assert entry_from(entry_json(drawn.entry)) == drawn.entry
    site = build_site(public, policy=folder.policy, index_uri="")
    for one in site.contents.outlines:
        assert outline_from(outline_data(one)) == one
        assert {uri.partition("/")[0] for uri in site.contents.of(one)} <= ROOTS
    assert {uri.partition("/")[0] for uri in site.contents} <= site.contents.roots
    assert len(site.contents) == len(list(site.contents))


def test_sheets_and_pages_come_back_with_all_that_was_written_beside_the_json(
    folder: Folder,
) -> None:
    folder.write("LAN-2026-0001", more="aliases: [CVE-2026-1001]\n", summary="The `x` & ä <y>")
    (advisory,) = disclose(folder.read().advisories, now=NOW).advisories
    sheet = draw(advisory, policy=folder.policy, around=Around(), index_uri="").sheet
    assert sheet_from(sheet_json(sheet)) == sheet
    pages = [sheet.page, replace(sheet.page, uri="other/", html="", data=(), searched=())]
    assert pages_from(pages_json(pages)) == pages
    assert pages_from(pages_json([])) == []


@pytest.mark.parametrize(
    "damaged",
    [
        lambda raw: raw[:-1],
        lambda raw: raw + b"x",
        lambda raw: raw.replace(b'"uri"', b'"URI"'),
        lambda raw: raw.partition(b"\n")[0],
        lambda _: b"",
    ],
)
def test_what_is_cut_or_changed_is_unreadable(
    folder: Folder, damaged: Callable[[bytes], bytes]
) -> None:
    folder.write("LAN-2026-0001")
    (advisory,) = disclose(folder.read().advisories, now=NOW).advisories
    sheet = draw(advisory, policy=folder.policy, around=Around(), index_uri="").sheet
    with pytest.raises(UNREADABLE):
        sheet_from(damaged(sheet_json(sheet)))
    with pytest.raises(UNREADABLE):
        pages_from(damaged(pages_json([sheet.page])))


def test_before_other_processes_begin_one_of_each_kind_is_made_that_takes_no_time() -> None:
    stated = {"a": (3, "x"), "b": (7, "x"), "c": (5000, "x"), "d": (1, "y"), "e": (5000, "z")}
    planned = {
        name: _Planned(size=size, kind=kind, make=lambda: (b"", b""))
        for name, (size, kind) in stated.items()
    }
    assert list(_firsts(planned)) == ["b"]
    assert list(_firsts({"a": planned["a"], "d": planned["d"]})) == []
    assert list(_firsts({"c": planned["c"], "e": planned["e"]})) == []
