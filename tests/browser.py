"""A headless Chromium, spoken to over the DevTools protocol through a pipe."""

import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ALARM = "ran"
"""A function of every page. Whatever is not supposed to run calls it."""

_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-dev-shm-usage"
    " --disable-background-networking --disable-component-update --disable-sync"
    " --remote-debugging-pipe"
).split()
_PATIENCE = 60.0
_GONE = "Inspected target navigated or closed"
# Chromium reads from descriptor 3 and writes to 4.
_EXEC = """
import os, sys
spare = os.dup(int(sys.argv[2])), os.dup(int(sys.argv[1]))
while min(spare) < 5:
    spare = tuple(map(os.dup, spare))
os.dup2(spare[1], 3)
os.dup2(spare[0], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


@dataclass
class Tab:
    """One tab. `alarms` are the calls of ALARM, `complaints` what the console says is wrong."""

    to_browser: int
    from_browser: int
    session: str = ""
    number: int = 0
    unread: bytes = b""
    alarms: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    loaded: bool = False

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Call a method of the protocol; gives its result."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to_browser, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    def open(self, url: str) -> None:
        """Open a page and wait until it is loaded, and a little more."""
        self.loaded = False
        self.call("Page.navigate", url=url)
        while not self.loaded:
            self._next()
        self.value("new Promise(done => setTimeout(done, 300))")

    def value(self, expression: str) -> Any:  # noqa: ANN401 - whatever the page gives
        """Evaluate an expression in the page, as its console would."""
        answer = self.call(
            "Runtime.evaluate",
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait_for(self, expression: str) -> None:
        """Wait until an expression is true, on this page or on one that takes its place."""
        end = time.monotonic() + _PATIENCE
        while not self._holds(expression):
            assert time.monotonic() < end, expression
            time.sleep(0.1)

    def _holds(self, expression: str) -> bool:
        try:
            return bool(self.value(f"Boolean({expression})"))
        except AssertionError as error:
            if _GONE not in str(error):
                raise
            return False

    def _next(self) -> dict[str, Any]:
        """Read one message, and note what it says has happened."""
        while b"\0" not in self.unread:
            ready, _, _ = select.select([self.from_browser], [], [], _PATIENCE)
            assert ready, "Chromium says nothing"
            chunk = os.read(self.from_browser, 1 << 16)
            assert chunk, "Chromium has ended"
            self.unread += chunk
        raw, _, self.unread = self.unread.partition(b"\0")
        message: dict[str, Any] = json.loads(raw)
        self._note(message.get("method"), message.get("params", {}))
        return message

    def _note(self, method: str | None, event: dict[str, Any]) -> None:
        if method == "Page.loadEventFired":
            self.loaded = True
        elif method == "Runtime.bindingCalled":
            self.alarms.append(event["payload"])
        elif method == "Page.javascriptDialogOpening":
            self.alarms.append("dialog")
        elif method == "Log.entryAdded" and event["entry"]["level"] in {"error", "warning"}:
            self.complaints.append(event["entry"]["text"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(event["exceptionDetails"]["text"])
        elif method == "Runtime.consoleAPICalled" and event["type"] in {"error", "warning"}:
            self.complaints.append(str(event["args"]))


@contextmanager
def tab(profile: Path) -> Iterator[Tab]:
    """Start Chromium with an empty profile; gives a tab."""
    assert CHROMIUM
    in_read, in_write = os.pipe()
    out_read, out_write = os.pipe()
    command = [sys.executable, "-c", _EXEC, str(in_read), str(out_write), CHROMIUM, *_FLAGS]
    command += [f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(
        command, pass_fds=[in_read, out_write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(in_read)
    os.close(out_write)
    try:
        yield _attached(Tab(to_browser=in_write, from_browser=out_read))
    finally:
        process.kill()
        process.wait()
        os.close(in_write)
        os.close(out_read)


def _attached(it: Tab) -> Tab:
    target = it.call("Target.createTarget", url="about:blank")["targetId"]
    it.session = it.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Page", "Runtime", "Log"):
        it.call(f"{domain}.enable")
    it.call("Runtime.addBinding", name=ALARM)
    return it
