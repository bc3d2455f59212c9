"""The local API as tests see it: what was sent to it, and assertions on that whose failures can be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tercet.local import LocalAPI
from tercet.server.clock import Clock
from tercet.testing.expectation import Expectation, Sent

MOST_LISTED = 20
"""Requests that a failure lists."""
SETTLE_SECONDS = 5.0


class ObservedAPI(LocalAPI):
    """A local API that tells what was sent to it. The fixture `local_api` is one."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"journal": True, "clock": Clock(), **settings})

    @property
    def requests(self) -> list[Sent]:
        """The requests since the test began, oldest first. Waits for answers that are still being sent, up to 5 s."""
        self.journal.settled(SETTLE_SECONDS)
        return [Sent(entry) for entry in self.journal]

    @property
    def last_request(self) -> Sent:
        """The latest request. Fails the test if there was none."""
        requests = self.requests
        if not requests:
            raise AssertionError("nothing was sent to the local API")
        return requests[-1]

    def assert_sent(
        self, *, times: int | None = None, where: Callable[[Sent], object] | None = None, **wanted: Any
    ) -> Sent:
        """Assert that a request was sent that meets all conditions, or exactly `times` of them. Returns the latest.

        Conditions are `method`, `path`, `text` (of the last user message), any field of the body by its name, `headers`
        by name, and `body` by path (`messages.0.content`). Each is a value, or one of `{"contains": …}`, `{"regex": …}`,
        `{"equals": …}`, `{"exists": …}`, `{"any_of": […]}`, `{"not": …}`. `where` is given the request.
        """
        __tracebackhide__ = True
        if times is not None and times < 1:
            raise ValueError(f"times is {times}; for requests that must not be sent there is assert_not_sent")
        expectation, requests = Expectation(where, **wanted), self.requests
        found = [sent for sent in requests if not expectation.missed(sent)]
        if not found or len(found) != (times or len(found)):
            raise AssertionError(_failure(expectation, requests, len(found), times))
        return found[-1]

    def assert_not_sent(self, *, where: Callable[[Sent], object] | None = None, **wanted: Any) -> None:
        """Assert that no request meets these conditions; without any, that nothing was sent at all."""
        __tracebackhide__ = True
        expectation, requests = Expectation(where, **wanted), self.requests
        found = sum(not expectation.missed(sent) for sent in requests)
        if found:
            raise AssertionError(_failure(expectation, requests, found, 0))

    def assert_answers_used(self) -> None:
        """Assert that every queued answer was asked for."""
        __tracebackhide__ = True
        left = self._server.app.extended().script_or_new().queue
        if len(left):
            raise AssertionError(f"{len(left)} queued answer(s) were never asked for\n{_listed(self.requests)}")


def _failure(expectation: Expectation, requests: list[Sent], found: int, times: int | None) -> str:
    number = {None: "at least 1 request", 0: "no request"}.get(times, f"{times} request(s)")
    wanted = f" with {expectation}" if expectation.conditions else ""
    return f"expected {number}{wanted}\nfound {found}\n{_listed(requests, expectation)}"


def _listed(requests: list[Sent], expectation: Expectation | None = None) -> str:
    if not requests:
        return "nothing was sent to the local API"
    lines = [f"sent ({len(requests)}):"]
    for number, sent in enumerate(requests[:MOST_LISTED], 1):
        missed = expectation.missed(sent) if expectation is not None else []
        lines.append(f"  {number}. {sent}{'' if missed or expectation is None else '  (fits)'}")
        lines += [f"       {said}" for said in missed]
    if len(requests) > MOST_LISTED:
        lines.append(f"  … and {len(requests) - MOST_LISTED} more")
    return "\n".join(lines)
