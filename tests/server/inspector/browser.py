"""A real headless Chromium for tests, spoken to over its debugging pipe: no driver, no port, nothing to install in Python."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
OPTIONS = (
    "--headless=new", "--remote-debugging-pipe", "--no-first-run", "--no-default-browser-check", "--disable-gpu",
    "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-extensions", "--disable-renderer-backgrounding", "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows", "--hide-scrollbars", "--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip
SECONDS = 30.0
"""What does not hold in a page after so long never will. A browser that says nothing for twice as long is broken."""
LAUNCH = "import os, sys; r, w, *rest = sys.argv[1:]; os.dup2(int(r), 3); os.dup2(int(w), 4); os.execv(rest[0], rest)"


def installed() -> str | None:
    """The path of a Chromium; None if there is none, or no POSIX pipe."""
    if os.name != "posix":
        return None
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Browser:
    """One browser with one page. `events` is what it told: dialogs, log entries, requests."""

    def __init__(self, program: str, profile: Path) -> None:
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        command = [program, *OPTIONS, *sandbox, f"--user-data-dir={profile}"]
        self._process = subprocess.Popen(
            [sys.executable, "-c", LAUNCH, str(theirs_in), str(theirs_out), *command],
            pass_fds=(theirs_in, theirs_out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(theirs_in)
        os.close(theirs_out)
        self._buffer, self._number, self._session = b"", 0, ""
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)  # without a window, nothing gives it the focus

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask the browser, and wait for its answer."""
        number = self._ask(method, parameters)
        while (told := self._hear()).get("id") != number:
            pass
        if "error" in told:
            raise RuntimeError(f"{method}: {told['error']}")
        return dict(told["result"])

    def _ask(self, method: str, parameters: dict[str, Any]) -> int:
        self._number += 1
        asked = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            asked["sessionId"] = self._session
        os.write(self._out, json.dumps(asked).encode() + b"\0")
        return self._number

    def _hear(self) -> dict[str, Any]:
        told = self._read()
        if "method" in told:
            self.events.append(told)
        if told.get("method") == "Page.javascriptDialogOpening":  # an answer, or the page hangs
            self._ask("Page.handleJavaScriptDialog", {"accept": True})
        return told

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            if not select.select([self._in], [], [], 2 * SECONDS)[0]:
                raise RuntimeError("the browser says nothing any more")
            data = os.read(self._in, 1 << 20)
            if not data:
                raise RuntimeError("the browser went away")
            self._buffer += data
        message, _, self._buffer = self._buffer.partition(b"\0")
        return dict(json.loads(message))

    def open(self, url: str, *, scheme: str = "light", width: int = 1280, height: int = 800) -> None:
        """Show this page, as people with this preference see it, and wait until it is loaded."""
        media = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", features=media)
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        loader = self.call("Page.navigate", url=url)["loaderId"]
        while not self._has_loaded(loader):
            self._hear()

    def _has_loaded(self, loader: str) -> bool:
        told = [event["params"] for event in self.events if event.get("method") == "Page.lifecycleEvent"]
        return any(each["loaderId"] == loader and each["name"] == "load" for each in told)

    def run(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page; promises are awaited. Raises what it throws."""
        result = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise AssertionError(result["exceptionDetails"].get("exception", {}).get("description", "it threw"))
        return result["result"].get("value")

    def until(self, condition: str, seconds: float = SECONDS) -> Any:
        """Wait in the page until this JavaScript condition holds, and return its value."""
        return self.run(
            f"""(async () => {{
                const end = performance.now() + {seconds * 1000};
                for (;;) {{
                    let value = null;
                    try {{ value = {condition}; }} catch (error) {{ value = null; }}
                    if (value) return value;
                    if (performance.now() > end) throw new Error("never came: " + {json.dumps(condition)} + "\\n" + document.body.innerText);
                    await new Promise((done) => setTimeout(done, 10));
                }}
            }})()"""
        )

    def click(self, selector: str) -> None:
        """Click the first element that this selector finds."""
        self.until(f"document.querySelector({json.dumps(selector)})")
        self.run(f"document.querySelector({json.dumps(selector)}).click()")

    def press(self, key: str) -> None:
        """Press a key, for whatever has the focus."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key)

    def picture(self) -> bytes:
        """The page as a PNG."""
        self.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def told(self, method: str) -> list[dict[str, Any]]:
        """The events of this name so far."""
        self.run("0")
        return [event["params"] for event in self.events if event.get("method") == method]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._out)  # the end of the pipe is the end of the browser
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        os.close(self._in)
