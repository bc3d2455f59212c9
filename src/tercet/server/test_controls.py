"""Controls that a test has over a running local API, from its own thread: queue answers, inject faults, look at what was sent."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tercet.server.clock import Clock

if TYPE_CHECKING:
    from tercet.server.app import Application
    from tercet.server.journal.journal import Journal


class Controls:
    """Methods of a server in this process. `app` is the running application."""

    @property
    def app(self) -> Application:
        """The running application."""
        raise RuntimeError("this local API is not running; start() it first")

    def queue(self, *answers: Any) -> None:
        """Answer the next requests for a message with these, in order: texts, lists of blocks, or mappings.

        A mapping has `text`, `thinking`, `tool_use`, `content`, `stop_reason`, `usage`, `error`, `fault`, `delay`,
        `pace`; docs/local-api.md tells them. Raises ValueError for one that is not understood, queueing none.
        """
        self.app.extended().script_or_new().queue.add(*answers)

    def script(self, rules: str | Path | Iterable[Any]) -> None:
        """Answer by these rules from now on, or by those of a file. Raises ValueError, and changes nothing then."""
        from tercet.server.responders.script import script_of

        self.app.extended().script_or_new().replace(script_of(rules))

    def fault(self, *rules: str) -> None:
        """Do these faults to requests from now on, such as `x1 rst@120` or `5% status:529`. Raises ValueError."""
        self.app.extended().faults_or_new().add(*rules)

    def reset(self) -> None:
        """Forget everything, as if newly started; script and faults of the settings hold again."""
        self.app.state.call(self.app.state.reset)

    @property
    def journal(self) -> Journal:
        """Requests and their answers. Needs `journal=True`."""
        journal = self.app.state.journal
        if journal is None:
            raise RuntimeError("this local API keeps no journal; start it with journal=True")
        return journal

    @property
    def clock(self) -> Clock:
        """The clock that batches, files and caches go by. Needs `clock=Clock()`, or `control`."""
        clock = self.app.state.settings.clock
        if not isinstance(clock, Clock):
            raise RuntimeError(
                "this local API goes by the machine's time; start it with clock=tercet.server.clock.Clock()"
            )
        return clock
