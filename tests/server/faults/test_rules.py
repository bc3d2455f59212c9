"""Which request meets which fault: by header, in order, by rate; the same seed, the same faults."""

from __future__ import annotations

import pytest

from tercet.server.errors import HTTPError
from tercet.server.exchange import ServerExchange
from tercet.server.faults.rules import FaultRules
from tercet.server.faults.spec import UnknownFault
from tercet.server.http.parser import Head, RequestLine
from tercet.server.http.transfer import RequestBody
from tercet.server.run import LocalServer


def exchange(path: str = "/v1/messages", fault: bytes = b"") -> ServerExchange:
    headers = [(b"tercet-fault", fault)] if fault else []
    return ServerExchange(Head(RequestLine("POST", path.encode()), headers), RequestBody(), "req", 1.0)


def kinds(faults: FaultRules, count: int, path: str = "/v1/messages") -> list[str]:
    return [
        fault.kind if fault else "" for fault in (next(iter(faults.of(exchange(path))[0]), None) for _ in range(count))
    ]


def test_rules_are_used_up_in_order() -> None:
    assert kinds(FaultRules(["x2 status:529", "x1 rst"]), 4) == ["status", "status", "rst", ""]


def test_a_rate_strikes_about_that_often_and_always_the_same() -> None:
    struck = kinds(FaultRules(["20% rst"], seed=7), 1000)
    assert 150 < struck.count("rst") < 250
    assert struck == kinds(FaultRules(["20% rst"], seed=7), 1000)
    assert struck != kinds(FaultRules(["20% rst"], seed=8), 1000)


def test_a_path_keeps_a_rule_to_it() -> None:
    faults = FaultRules(["/v1/models rst"])
    assert kinds(faults, 1) == [""]
    assert kinds(faults, 1, "/v1/models") == ["rst"]


@pytest.mark.parametrize("path", ["/v1/mesages", "/v1/message", "/v1/models/a/b", "/v1/messages/", "/_tercet/queue"])
def test_a_rule_for_a_path_that_is_not_served_is_refused_at_start(path: str) -> None:
    never = pytest.raises(UnknownFault, match="is not served, so this rule never strikes")
    with never:
        LocalServer(faults=[f"{path} 529"]).start()
    with LocalServer(faults=["/v1/models/claude-opus-5-5 529"]) as server, never:
        server.fault(f"{path} 529")


def test_a_misspelt_path_hears_the_nearest_one() -> None:
    with pytest.raises(UnknownFault, match=r"did you mean /v1/messages\?"):
        LocalServer(faults=["/v1/mesages 529"]).start()


def test_where_a_script_answers_any_path_may_be_meant() -> None:
    rule = {"match": {"path": "/v1/other"}, "answer": "hello"}
    with LocalServer(faults=["/v1/other 529"], script=[rule]):
        pass


def test_a_request_asks_for_its_own_before_any_rule() -> None:
    found, said = FaultRules(["rst"]).of(exchange(fault=b"fin@3"))
    assert ([fault.kind for fault in found], said) == (["fin"], "fin@3")


def test_an_unknown_fault_in_a_header_is_a_clear_400() -> None:
    with pytest.raises(HTTPError, match="known are") as caught:
        FaultRules(["header"]).of(exchange(fault=b"boom"))
    assert caught.value.status == 400


def test_setting_rules_that_are_wrong_changes_nothing() -> None:
    faults = FaultRules(["x5 rst"])
    with pytest.raises(UnknownFault):
        faults.set(["rst", "boom"])
    assert faults.shown() == [{"rule": "x5 rst", "left": 5}]


def test_one_rule_need_not_be_a_list_and_header_is_no_fault() -> None:
    assert kinds(FaultRules("x1 rst"), 2) == ["rst", ""]
    faults = FaultRules("header")
    faults.add("header", "x1 fin")
    assert kinds(faults, 2) == ["fin", ""]


def test_rules_can_be_added_and_cleared() -> None:
    faults = FaultRules(["x1 rst"])
    faults.add("x1 fin")
    assert kinds(faults, 3) == ["rst", "fin", ""]
    faults.clear()
    assert faults.shown() == []
