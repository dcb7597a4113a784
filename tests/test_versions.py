"""Versions are ordered as their ecosystems order them, and not at all where that is not known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from semver import Version as SemanticVersion

from mkdocs_advisories.model import Range, RangeType, Span
from mkdocs_advisories.versions import (
    BEGINNING,
    END,
    Scheme,
    compare,
    end_of_line,
    is_in_line,
    numbers,
    position,
    scheme_of_ecosystem,
    scheme_of_range,
    stretch,
)

ASCENDING = {
    # Section 11 of SemVer 2.0.0, then versions of wasmtime and of Go modules.
    Scheme.SEMVER: """
        0.0.1 0.84.0 0.91.1 1.0.0-0 1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta
        1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 1.2.0 1.10.0 24.0.6 24.0.7 24.0.10
        25.0.0-0.20240101000000-abcdef012345 25.0.0 36.0.7 100.0.0
    """,
    # PEP 440, "Summary of permitted suffixes and relative ordering", then Django's and pip's.
    Scheme.PEP440: """
        0.9 1.dev0 1.0.dev456 1.0a1 1.0a2.dev456 1.0a12.dev456 1.0a12 1.0b1.dev456 1.0b2
        1.0b2.post345 1.0rc1.dev456 1.0rc1 1.0 1.0+abc.5 1.0+abc.7 1.0+5 1.0.post456.dev34
        1.0.post456 1.1.dev1 4.2.9 4.2.10 5.0a1 5.0 2024.1 1!0.1
    """,
    Scheme.PVP: "0 0.1 1 1.2 1.2.0 1.2.0.1 1.2.1 1.10 9.4.7",
}
EQUAL = [
    (Scheme.SEMVER, "45.0.1+0", "45.0.1"),
    (Scheme.PEP440, "1.0", "1.0.0"),
    (Scheme.PEP440, "1.0-alpha.1", "v1.0a1"),
]
NO_VERSIONS = {
    Scheme.SEMVER: [
        "",
        "1",
        "1.2",
        "v1.2.3",
        "1.2.3.4",
        "01.2.3",
        "1.2.3-01",
        "1.2.x",
        "*",
        "1.2.٣",
    ],
    Scheme.PEP440: ["", "1.x", "*", "1.0-foo", "latest", "1..2"],
    Scheme.PVP: ["", "1.2-rc1", "1.", "v1"],
}

prereleases = st.lists(st.from_regex(r"0|[1-9][0-9]{0,3}|[a-z-]{1,4}", fullmatch=True), max_size=3)
semantic = st.builds(
    lambda major, minor, patch, pre: (
        f"{major}.{minor}.{patch}" + ("-" + ".".join(pre) if pre else "")
    ),
    *[st.integers(0, 3)] * 3,
    prereleases,
)
python = st.from_regex(
    r"(1!)?[0-3](\.[0-3]){0,3}((a|b|rc)[0-2])?(\.post[0-2])?(\.dev[0-2])?", fullmatch=True
)
haskell = st.from_regex(r"[0-3](\.[0-3]){0,3}", fullmatch=True)
versions = st.one_of(
    *(
        st.tuples(st.just(scheme), st.lists(one, min_size=3, max_size=3))
        for scheme, one in (
            (Scheme.SEMVER, semantic),
            (Scheme.PEP440, python),
            (Scheme.PVP, haskell),
        )
    )
)


@pytest.mark.parametrize("scheme", Scheme)
def test_real_versions_are_in_their_order(scheme: Scheme) -> None:
    ordered = ASCENDING[scheme].split()
    for index, left in enumerate(ordered):
        for offset, right in enumerate(ordered):
            expected = (index > offset) - (index < offset)
            assert compare(left, right, scheme=scheme) == expected, (left, right)


@pytest.mark.parametrize(("scheme", "left", "right"), EQUAL)
def test_two_spellings_of_one_version_are_level(scheme: Scheme, left: str, right: str) -> None:
    assert compare(left, right, scheme=scheme) == 0


@pytest.mark.parametrize("scheme", Scheme)
def test_what_is_no_version_is_not_compared(scheme: Scheme) -> None:
    good = ASCENDING[scheme].split()[0]
    for text in NO_VERSIONS[scheme]:
        assert position(text, scheme) is None, text
        assert compare(text, good, scheme=scheme) is None
        assert compare(good, text, scheme=scheme) is None


@given(versions)
def test_the_order_is_total_and_consistent(drawn: tuple[Scheme, list[str]]) -> None:
    scheme, (one, other, third) = drawn
    there, back = compare(one, other, scheme=scheme), compare(other, one, scheme=scheme)
    assert there is not None
    assert back == -there
    assert compare(one, one, scheme=scheme) == 0
    onward = compare(other, third, scheme=scheme)
    assert onward is not None
    if there <= 0 and onward <= 0:
        assert compare(one, third, scheme=scheme) == min(there, onward)


@given(semantic, semantic)
def test_semver_agrees_with_an_independent_comparison(left: str, right: str) -> None:
    assert compare(left, right, scheme=Scheme.SEMVER) == SemanticVersion.parse(left).compare(right)


@given(versions)
def test_every_version_lies_between_the_two_ends(drawn: tuple[Scheme, list[str]]) -> None:
    for one in drawn[1]:
        place = position(one, drawn[0])
        assert place is not None
        assert BEGINNING < place < END


@given(semantic.filter(lambda one: "-" not in one))
def test_a_prerelease_is_below_its_release(release: str) -> None:
    assert compare(f"{release}-rc.1", release, scheme=Scheme.SEMVER) == -1


def test_the_order_of_an_unknown_ecosystem_is_not_guessed() -> None:
    for ecosystem in ("Debian:12", "Maven", "RubyGems", "Linux", "Julia", "nonsense"):
        assert scheme_of_ecosystem(ecosystem) is None
    one = Range(type=RangeType.GIT, events=())
    assert scheme_of_range(one, "crates.io") is None
    assert scheme_of_range(Range(type=RangeType.SEMVER, events=()), "Julia") is Scheme.SEMVER
    assert scheme_of_range(Range(type=RangeType.ECOSYSTEM, events=()), "PyPI") is Scheme.PEP440


def test_a_release_line_ends_before_the_first_prerelease_of_the_next() -> None:
    for scheme, line, last, following in (
        (Scheme.SEMVER, "24", "24.99.99", "25.0.0-alpha"),
        (Scheme.SEMVER, "0.91", "0.91.8", "0.92.0-0"),
        (Scheme.PEP440, "4.2", "4.2.30.post1", "4.3.dev1"),
        (Scheme.PVP, "1.2", "1.2.9.9", "1.3"),
    ):
        end = end_of_line(line, scheme)
        before, after = position(last, scheme), position(following, scheme)
        assert end is not None
        assert before is not None
        assert after is not None
        assert before < end <= after


def test_a_version_belongs_to_its_release_line() -> None:
    assert is_in_line("24.0.7", "24", Scheme.SEMVER)
    assert is_in_line("24.1.0-rc.1", "24", Scheme.SEMVER)
    assert is_in_line("1.2.5", "1.2", Scheme.PEP440)
    assert not is_in_line("2.4.0", "24", Scheme.SEMVER)
    assert not is_in_line("1.20.0", "1.2", Scheme.SEMVER)
    assert not is_in_line("latest", "1.2", Scheme.SEMVER)
    assert not is_in_line("1.2.3", "stable", Scheme.SEMVER)
    assert end_of_line("stable", Scheme.SEMVER) is None
    assert numbers("1.2.3", Scheme.PVP) == (1, 2, 3)


def test_a_stretch_holds_what_is_affected() -> None:
    through = stretch(Span(introduced="1.0.0", last_affected="1.2.0"), Scheme.SEMVER)
    up_to = stretch(Span(introduced="0", fixed="1.2.0"), Scheme.SEMVER)
    open_end = stretch(Span(introduced="1.2.0"), Scheme.SEMVER)
    version = position("1.2.0", Scheme.SEMVER)
    assert through
    assert up_to
    assert open_end
    assert version
    assert through.holds(version)
    assert not up_to.holds(version)
    assert open_end.holds(version)
    assert through.meets(open_end)
    assert open_end.meets(through)
    assert not up_to.meets(open_end)
    assert not open_end.meets(up_to)
    assert stretch(Span(introduced="one", fixed="2.0.0"), Scheme.SEMVER) is None
