"""What tools, models and streams do to a tool runner, and lines to a batch's results: the same checks as in `make faults`."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from tests.faults import tools
from tests.faults.server import FaultServer

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("check", [tools.results, tools.calls, tools.streams, tools.lines, tools.batches])
def test_whatever_comes_the_run_goes_on_or_says_why_not(check: Any, server: FaultServer) -> None:
    assert [found for found in check(server) if found[1]] == []


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_no_tool_holds_up_ctrl_c(server: FaultServer) -> None:
    assert [found for found in tools.hanging(server) if found[1]] == []


def test_a_history_with_a_call_that_nobody_answered_is_seen() -> None:
    call = {"role": "assistant", "content": [tools.use(1)]}

    assert tools.unpaired([call]) == ["1 calls at the end"]
    assert tools.unpaired([call, {"role": "user", "content": "and?"}]) == ["1 calls are followed by 0 results"]
