"""Front matter that is written reads back as the same data, whatever is in it."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import PROJECT
from mkdocs_advisories.source import nodes
from mkdocs_advisories.source.canonical import advisory_text
from mkdocs_advisories.source.frontmatter import Parts, split
from mkdocs_advisories.source.positions import Text

# What no advisory may have is refused on reading, so it never comes to be written.
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Cf", "Zl", "Zp"]), max_size=40)
WORDS = st.one_of(
    TEXTS,
    st.sampled_from(
        "1.10 012 NO yes null ~ 1e5 0x1f 1_000 .inf 2026-01-01 <<: = - ? --- ...".split()
    ),
    st.sampled_from(
        ["a: b", "a #b", " x ", "", "'", '"', "\\", "@x", "%x", "- x", "[x", "{x", "1:30"]
    ),
)
SCALARS = st.one_of(
    WORDS,
    st.booleans(),
    st.none(),
    st.integers(-(10**6), 10**6),
    st.floats(allow_nan=False, allow_infinity=False),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=4)),
    max_leaves=12,
)
FRONTS = st.fixed_dictionaries(
    {"id": WORDS, "summary": WORDS, "embargo": WORDS},
    optional={
        "aliases": st.lists(WORDS, max_size=30),
        "affected": st.lists(
            st.fixed_dictionaries(
                {"package": st.dictionaries(WORDS, WORDS, max_size=3)},
                optional={
                    "versions": st.lists(WORDS, min_size=1, max_size=40),
                    "database_specific": JSON,
                    "ranges": st.lists(
                        st.fixed_dictionaries(
                            {
                                "type": WORDS,
                                "events": st.lists(st.dictionaries(WORDS, WORDS), max_size=9),
                            }
                        ),
                        min_size=1,
                        max_size=3,
                    ),
                },
            ),
            min_size=1,
            max_size=3,
        ),
        "references": st.lists(st.dictionaries(WORDS, WORDS, max_size=3), min_size=1, max_size=3),
        "withdrawn": st.dictionaries(WORDS, WORDS, max_size=3),
        "exploited": st.booleans(),
    },
)


def read(text: str) -> tuple[Any, Parts]:
    parts = split(Text(path="x.md", content=text))
    assert isinstance(parts, Parts)
    root, problems = nodes.compose(parts)
    assert problems == ()
    assert isinstance(root, nodes.Mapping)
    return root.value(), parts


@given(front=FRONTS, body=TEXTS)
def test_whatever_is_written_is_read_again(front: dict[str, Any], body: str) -> None:
    value, parts = read(advisory_text(front, body))
    assert value == front
    assert parts.body == body


@pytest.mark.parametrize(
    "file", sorted(PROJECT.glob("advisories/*/*.md")), ids=lambda file: file.stem
)
def test_the_examples_mean_the_same_when_written_anew(file: Path) -> None:
    value, parts = read(file.read_text(encoding="utf-8"))
    text = advisory_text(value, parts.body)
    assert read(text)[0] == value
    assert advisory_text(read(text)[0], parts.body) == text


def test_what_stands_in_quotes_and_what_does_not() -> None:
    event = [{"introduced": "0"}, {"fixed": "1.10"}]
    text = advisory_text(
        {
            "references": [{"type": "FIX", "url": "https://example.org/"}],
            "summary": "Out-of-bounds read: `x`",
            "affected": [
                {
                    "versions": ["1.9", "1.9.1"],
                    "package": {"ecosystem": "crates.io", "name": "no", "purl": "pkg:cargo/no"},
                    "ranges": [{"events": event, "type": "SEMVER"}],
                }
            ],
            "embargo": "2026-05-01T12:00:00Z",
            "id": "LAN-2026-0001",
        },
        "Text.\n",
    )
    assert text == (
        "---\n"
        "id: LAN-2026-0001\n"
        'summary: "Out-of-bounds read: `x`"\n'
        "embargo: 2026-05-01T12:00:00Z\n"
        "affected:\n"
        '  - package: {ecosystem: crates.io, name: "no", purl: "pkg:cargo/no"}\n'
        "    ranges:\n"
        "      - type: SEMVER\n"
        '        events: [{introduced: "0"}, {fixed: "1.10"}]\n'
        '    versions: ["1.9", "1.9.1"]\n'
        "references:\n"
        '  - {type: FIX, url: "https://example.org/"}\n'
        "---\n"
        "Text.\n"
    )
