"""Views of problems: for a person, for programs, for the places where people work.

Each takes the same `Findings` and gives text; none knows another, and none reads a file.
"""

from mkdocs_advisories.report.findings import Findings

__all__ = ["Findings"]
