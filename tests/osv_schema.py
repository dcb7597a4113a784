"""OSV's own schema, and what has been registered since.

`schemas/osv-1.7.3.json` is `validation/schema.json` of https://github.com/ossf/osv-schema at
version 1.7.3 (Apache-2.0), as the package `osv` 0.1.3 carries it. Its lists of ecosystems and of
prefixes are registries that grow without a new version of the format.
"""

import json
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from conftest import PROJECT

_SINCE = (
    "Azure Linux|CleanStart|Docker Hardened Images|FreeBSD|Julia|opam|Root|VSCode",
    "AZL|CLEANSTART|DHI|DRUPAL|EEF|FreeBSD|JLSEC|OSEC|ROOT",
)


def _schema() -> dict[str, Any]:
    file = PROJECT / "tests" / "schemas" / "osv-1.7.3.json"
    schema: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    ecosystems, prefixes = _SINCE
    definitions = schema["$defs"]
    ecosystem, prefix = definitions["ecosystemWithSuffix"], definitions["prefix"]
    ecosystem["pattern"] = ecosystem["pattern"].replace("^(", f"^({ecosystems}|", 1)
    # An id that no database has registered is a private one.
    prefix["pattern"] = prefix["pattern"].replace("^(", f"^x_|^({prefixes}|", 1)
    return schema


SCHEMA = _schema()
_VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FormatChecker())


def errors(record: dict[str, Any]) -> list[str]:
    """Say what is wrong with a record."""
    found = _VALIDATOR.iter_errors(record)
    return [f"{'/'.join(map(str, one.absolute_path))}: {one.message}" for one in found]
