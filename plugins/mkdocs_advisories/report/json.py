"""Problems as JSON, by `schema/problems.schema.json`."""

import json
from typing import Any

from mkdocs_advisories.problems import Fix, Level, Place, Problem
from mkdocs_advisories.report.findings import Findings


def as_json(findings: Findings) -> str:
    """Write the findings as one JSON document."""
    document = {
        "version": 1,
        "files": findings.files,
        "errors": findings.count(Level.ERROR),
        "warnings": findings.count(Level.WARNING),
        "problems": [_problem(one, findings) for one in findings.problems],
        "crashes": [
            {"code": one.code, "path": one.path, "fault": one.fault} for one in findings.crashes
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _problem(problem: Problem, findings: Findings) -> dict[str, Any]:
    withhold = findings.withholds(problem)
    return {
        "code": problem.code,
        "level": problem.level.value,
        "subject": problem.subject,
        "message": problem.message(withhold=withhold),
        "remedy": problem.advice(withhold=withhold),
        "withheld": withhold,
        **_place(problem.place),
        "related": [
            {**_place(one.place), "message": problem.filled(one.text, withhold=withhold)}
            for one in problem.related
        ],
        "fix": _fix(problem, problem.fix) if problem.fix and not withhold else None,
    }


def _place(place: Place) -> dict[str, Any]:
    end = (place.end_line, place.end_column) if place.is_span else (None, None)
    return {
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "end_line": end[0],
        "end_column": end[1],
    }


def _fix(problem: Problem, fix: Fix) -> dict[str, Any]:
    return {
        "message": problem.filled(fix.text, withhold=False),
        "edits": [{**_place(one.place), "replacement": one.replacement} for one in fix.edits],
    }
