"""Problems as GitLab's Code Quality report, which merge requests show beside the lines.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

import json

from mkdocs_advisories.problems import Level
from mkdocs_advisories.report.findings import Findings, fingerprints

_SEVERITIES = {Level.ERROR: "major", Level.WARNING: "minor"}


def code_quality(findings: Findings) -> str:
    """Write one entry a problem, and one a rule that failed."""
    prints = fingerprints(findings.problems)
    entries = []
    for problem, fingerprint in zip(findings.problems, prints, strict=True):
        withhold = findings.withholds(problem)
        headline, advice = problem.headline(withhold=withhold), problem.advice(withhold=withhold)
        entries.append(
            {
                "description": f"{headline}. {advice}",
                "check_name": problem.code,
                "fingerprint": fingerprint,
                "severity": _SEVERITIES[problem.level],
                "location": {
                    "path": problem.place.path,
                    "lines": {"begin": problem.place.line},
                },
            }
        )
    entries += [
        {
            "description": str(one),
            "check_name": one.code,
            "fingerprint": f"crash-{one.code}-{one.path}",
            "severity": "blocker",
            "location": {"path": one.path or "mkdocs.yml", "lines": {"begin": 1}},
        }
        for one in findings.crashes
    ]
    return json.dumps(entries, ensure_ascii=False, indent=2) + "\n"
