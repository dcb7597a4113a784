"""The terms of the field: what data calls by a code or in English, in the words of a language.

A term that is not known here stays as it is.
"""

from collections.abc import Mapping
from functools import cache

from mkdocs_advisories.render.words import Words


def severity_word(words: Words, severity: str) -> str:
    """Say how severe, as a heading begins: `critical` is `Critical`; `unstated` is `Not rated`."""
    return _severities(words)[severity]


def severity_label(words: Words, severity: str) -> str:
    """Say how severe where nothing else says what the word is about: `Critical severity`."""
    return words.gettext("%(severity)s severity", severity=severity_word(words, severity))


def severity_or_above(words: Words, severity: str) -> str:
    """Say what a feed of one severity and of what is above it has: `high or above`."""
    return {
        "critical": words.gettext("critical"),
        "high": words.gettext("high or above"),
        "medium": words.gettext("medium or above"),
    }[severity]


def metric_word(words: Words, text: str) -> str:
    """Say the name or the value of a CVSS metric, which are in English in the specifications."""
    return _metric_names(words).get(text) or _metric_values(words).get(text, text)


def role_word(words: Words, role: str | None) -> str:
    """Say for what somebody is credited (a type of the OSV schema, "credits[].type")."""
    return _roles(words).get(role or "", "")


def reference_word(words: Words, kind: str) -> str:
    """Say what a reference leads to (a type of the OSV schema, "references field")."""
    return _references(words).get(kind, kind.lower())


def event_word(words: Words, kind: str) -> str:
    """Say what happened in a commit (an event of the OSV schema, "affected[].ranges[].events")."""
    return _events(words).get(kind, kind)


@cache
def _severities(words: Words) -> Mapping[str, str]:
    return {
        "critical": words.pgettext("severity", "Critical"),
        "high": words.pgettext("severity", "High"),
        "medium": words.pgettext("severity", "Medium"),
        "low": words.pgettext("severity", "Low"),
        "none": words.pgettext("severity", "None"),
        "unstated": words.gettext("Not rated"),
    }


@cache
def _metric_names(words: Words) -> Mapping[str, str]:
    """The base metrics of CVSS 2.0, 3.0, 3.1 and 4.0."""
    return {
        "Access Vector": words.pgettext("CVSS", "Access Vector"),
        "Access Complexity": words.pgettext("CVSS", "Access Complexity"),
        "Authentication": words.pgettext("CVSS", "Authentication"),
        "Confidentiality Impact": words.pgettext("CVSS", "Confidentiality Impact"),
        "Integrity Impact": words.pgettext("CVSS", "Integrity Impact"),
        "Availability Impact": words.pgettext("CVSS", "Availability Impact"),
        "Attack Vector": words.pgettext("CVSS", "Attack Vector"),
        "Attack Complexity": words.pgettext("CVSS", "Attack Complexity"),
        "Attack Requirement": words.pgettext("CVSS", "Attack Requirement"),
        "Privileges Required": words.pgettext("CVSS", "Privileges Required"),
        "User Interaction": words.pgettext("CVSS", "User Interaction"),
        "Scope": words.pgettext("CVSS", "Scope"),
        "Confidentiality": words.pgettext("CVSS", "Confidentiality"),
        "Integrity": words.pgettext("CVSS", "Integrity"),
        "Availability": words.pgettext("CVSS", "Availability"),
        "Vulnerable System Impact Confidentiality": words.pgettext(
            "CVSS", "Vulnerable System Impact Confidentiality"
        ),
        "Vulnerable System Impact Integrity": words.pgettext(
            "CVSS", "Vulnerable System Impact Integrity"
        ),
        "Vulnerable System Impact Availability": words.pgettext(
            "CVSS", "Vulnerable System Impact Availability"
        ),
        "Subsequent System Impact Confidentiality": words.pgettext(
            "CVSS", "Subsequent System Impact Confidentiality"
        ),
        "Subsequent System Impact Integrity": words.pgettext(
            "CVSS", "Subsequent System Impact Integrity"
        ),
        "Subsequent System Impact Availability": words.pgettext(
            "CVSS", "Subsequent System Impact Availability"
        ),
    }


@cache
def _metric_values(words: Words) -> Mapping[str, str]:
    """The values of these metrics."""
    return {
        "Local": words.pgettext("CVSS", "Local"),
        "Adjacent Network": words.pgettext("CVSS", "Adjacent Network"),
        "Adjacent": words.pgettext("CVSS", "Adjacent"),
        "Network": words.pgettext("CVSS", "Network"),
        "Physical": words.pgettext("CVSS", "Physical"),
        "High": words.pgettext("CVSS", "High"),
        "Medium": words.pgettext("CVSS", "Medium"),
        "Low": words.pgettext("CVSS", "Low"),
        "None": words.pgettext("CVSS", "None"),
        "Multiple": words.pgettext("CVSS", "Multiple"),
        "Single": words.pgettext("CVSS", "Single"),
        "Partial": words.pgettext("CVSS", "Partial"),
        "Complete": words.pgettext("CVSS", "Complete"),
        "Required": words.pgettext("CVSS", "Required"),
        "Changed": words.pgettext("CVSS", "Changed"),
        "Unchanged": words.pgettext("CVSS", "Unchanged"),
        "Present": words.pgettext("CVSS", "Present"),
        "Passive": words.pgettext("CVSS", "Passive"),
        "Active": words.pgettext("CVSS", "Active"),
    }


@cache
def _roles(words: Words) -> Mapping[str, str]:
    """As in a list of people, each with what they did."""
    return {
        "FINDER": words.pgettext("credit", "Finder"),
        "REPORTER": words.pgettext("credit", "Reporter"),
        "ANALYST": words.pgettext("credit", "Analyst"),
        "COORDINATOR": words.pgettext("credit", "Coordinator"),
        "REMEDIATION_DEVELOPER": words.pgettext("credit", "Remediation developer"),
        "REMEDIATION_REVIEWER": words.pgettext("credit", "Remediation reviewer"),
        "REMEDIATION_VERIFIER": words.pgettext("credit", "Remediation verifier"),
        "TOOL": words.pgettext("credit", "Tool"),
        "SPONSOR": words.pgettext("credit", "Sponsor"),
    }


@cache
def _references(words: Words) -> Mapping[str, str]:
    """As in a list of links."""
    return {
        "ADVISORY": words.pgettext("reference", "advisory"),
        "ARTICLE": words.pgettext("reference", "article"),
        "DETECTION": words.pgettext("reference", "detection"),
        "DISCUSSION": words.pgettext("reference", "discussion"),
        "REPORT": words.pgettext("reference", "report"),
        "FIX": words.pgettext("reference", "fix"),
        "INTRODUCED": words.pgettext("reference", "introduced"),
        "PACKAGE": words.pgettext("reference", "package"),
        "EVIDENCE": words.pgettext("reference", "evidence"),
        "WEB": words.pgettext("reference", "web"),
    }


@cache
def _events(words: Words) -> Mapping[str, str]:
    """As in `introduced in 1a2b3c`."""
    return {
        "introduced": words.pgettext("commit", "introduced in"),
        "fixed": words.pgettext("commit", "fixed in"),
        "last_affected": words.pgettext("commit", "last affected in"),
        "limit": words.pgettext("commit", "limit in"),
    }
