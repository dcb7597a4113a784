"""Events that let no exception out with its text, for MkDocs prints whatever it is given."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from mkdocs.exceptions import PluginError

from mkdocs_advisories.press.gathering import DoubtError
from mkdocs_advisories.report.bug import bug_text

_CHANGED = "a file of an advisory was changed while the site was built: build again"

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def discreet(event: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Turn an unexpected exception of an event into an error that says only where it struck."""

    @wraps(event)
    def guarded(*arguments: _Arguments.args, **named: _Arguments.kwargs) -> _Result:
        try:
            return event(*arguments, **named)
        except PluginError:
            raise
        except DoubtError:
            raise PluginError(_CHANGED) from None
        except Exception as error:  # noqa: BLE001 - whatever it is, its text may quote what is held
            raise PluginError(bug_text(error)) from None

    return guarded
