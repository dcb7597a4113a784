"""Problems as SARIF 2.1.0 (OASIS), for code scanning and for every viewer that reads it."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from mkdocs_advisories.explanations import Explanation, explanation
from mkdocs_advisories.problems import Fix, Place, Problem
from mkdocs_advisories.report.findings import Findings, fingerprints

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT = "%SRCROOT%"


def sarif(findings: Findings, *, version: str) -> str:
    """Write the findings as one SARIF log of one run; `version` is that of this program."""
    codes = sorted({one.code for one in findings.problems})
    run = {
        "tool": {
            "driver": {
                "name": "advisory",
                "version": version,
                "rules": [_rule(explanation(code)) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The top of the repository."}}},
        "invocations": [_invocation(findings)],
        "results": list(_results(findings, codes)),
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _invocation(findings: Findings) -> dict[str, Any]:
    notes = [
        {
            "level": "error",
            "message": {"text": f"rule {one.code} failed on {one.path}: {one.fault}"},
        }
        for one in findings.crashes
    ]
    return {"executionSuccessful": not notes, "toolExecutionNotifications": notes}


def _rule(about: Explanation) -> dict[str, Any]:
    return {
        "id": about.code,
        "shortDescription": {"text": f"{about.title}."},
        "fullDescription": {"text": about.reason},
        "help": {"text": about.reason, "markdown": about.markdown},
        "defaultConfiguration": {"level": about.level.value},
        "properties": {"tags": [about.group]},
    }


def _results(findings: Findings, codes: list[str]) -> Iterator[dict[str, Any]]:
    prints = fingerprints(findings.problems)
    for problem, fingerprint in zip(findings.problems, prints, strict=True):
        withhold = findings.withholds(problem)
        headline, advice = problem.headline(withhold=withhold), problem.advice(withhold=withhold)
        result: dict[str, Any] = {
            "ruleId": problem.code,
            "ruleIndex": codes.index(problem.code),
            "level": problem.level.value,
            "message": {"text": f"{headline}\n{advice}"},
            "locations": [{"physicalLocation": _location(problem.place)}],
            "partialFingerprints": {"problem/v1": fingerprint},
        }
        if problem.related:
            result["relatedLocations"] = [
                {
                    "physicalLocation": _location(one.place),
                    "message": {"text": problem.filled(one.text, withhold=withhold)},
                }
                for one in problem.related
            ]
        if problem.fix and not withhold:
            result["fixes"] = [_fix(problem, problem.fix)]
        yield result


def _location(place: Place) -> dict[str, Any]:
    region = {"startLine": place.line, "startColumn": place.column}
    if place.is_span:
        region |= {"endLine": place.end_line, "endColumn": place.end_column}
    return {
        "artifactLocation": {"uri": quote(place.path), "uriBaseId": _ROOT},
        "region": region,
    }


def _fix(problem: Problem, fix: Fix) -> dict[str, Any]:
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in fix.edits:
        replacement = {
            "deletedRegion": _location(edit.place)["region"],
            "insertedContent": {"text": edit.replacement},
        }
        changes.setdefault(edit.place.path, []).append(replacement)
    return {
        "description": {"text": problem.filled(fix.text, withhold=False)},
        "artifactChanges": [
            {
                "artifactLocation": {"uri": quote(path), "uriBaseId": _ROOT},
                "replacements": replacements,
            }
            for path, replacements in changes.items()
        ],
    }
