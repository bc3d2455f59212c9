from __future__ import annotations

import json
from typing import Any

import pytest
from tests.wire.samples_cut import SAMPLES, assembled, decoded

from tercet.wire.responses.blocks import TextBlock, ToolUseBlock
from tercet.wire.responses.usage import Usage
from tercet.wire.stream.events import ProtocolFault, event_model
from tercet.wire.stream.message_builder import MessageBuilder

START = {
    "type": "message_start",
    "message": {"id": "m", "role": "assistant", "content": [], "usage": {"output_tokens": 1}},
}
TEXT = {"type": "text", "text": ""}
TOOL = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}
END = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}}
STOP = {"type": "message_stop"}


def start(index: Any = 0, block: Any = TEXT) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def text(piece: Any, index: Any = 0) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": {"type": "text_delta", "text": piece}}


def tool_input(piece: Any, index: Any = 0) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": {"type": "input_json_delta", "partial_json": piece}}


def stop(index: Any = 0) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


def run(*events: dict[str, Any]) -> tuple[MessageBuilder, list[ProtocolFault]]:
    return assembled([event_model(json.loads(json.dumps(event))) for event in events])


CONTENT: dict[str, Any] = {
    "text": [{"type": "text", "text": "Hello, wörld 🌍"}],
    "thinking": [
        {"type": "thinking", "thinking": "Let me add.", "signature": "EosnCkYICxIMMb3L"},
        {"type": "redacted_thinking", "data": "EmwKAhgB"},
        {"type": "text", "text": "12,231"},
    ],
    "tool": [
        {"type": "text", "text": "Let me check."},
        {
            "type": "tool_use",
            "id": "toolu_01VQ2dG8mS7a4cYt3nKxwR5p",
            "name": "get_weather",
            "input": {"city": "Oslo", "days": [1, 2]},
            "caller": {"type": "direct"},
        },
        {"type": "tool_use", "id": "toolu_02", "name": "now", "input": {}},
    ],
    "refusal": [{"type": "text", "text": ""}],
    "compaction": [
        {"type": "compaction", "content": "Summary: they spoke.", "encrypted_content": "EpwB"},
        {"type": "text", "text": "Going on."},
    ],
    "max_tokens_in_tool": [
        {"type": "tool_use", "id": "toolu_03", "name": "write", "input": {"path": "a.txt", "lines": ["one"]}}
    ],
}
CONTENT["no_last_blank_line"] = CONTENT["text"]


@pytest.mark.parametrize("name", CONTENT)
def test_what_a_stream_comes_to(name: str) -> None:
    assembler, faults = assembled(decoded(SAMPLES[name]))

    assert (assembler.message["content"], faults, assembler.complete, assembler.stopped) == (
        CONTENT[name],
        [],
        True,
        True,
    )


def test_citations_gather_in_their_block() -> None:
    assembler, _ = assembled(decoded(SAMPLES["citations"]))
    (block,) = assembler.message.content

    assert isinstance(block, TextBlock)
    assert (block.text, [citation.cited_text for citation in block.citations or []]) == (
        "The sky is blue",
        ["Sky is blue.", "blue"],
    )


def test_usage_is_replaced_where_told_and_kept_where_not() -> None:
    assembler, _ = assembled(decoded(SAMPLES["server_tool"]))

    assert isinstance(assembler.usage, Usage)
    assert (assembler.usage.input_tokens, assembler.usage.output_tokens) == (9281, 88)
    assert (assembler.usage.service_tier, assembler.usage.cache_read_input_tokens) == ("standard", 0)
    assert (assembler.message["container"]["id"], assembler.message["stop_reason"]) == ("container_01", "end_turn")


def test_a_null_count_takes_no_place() -> None:
    delta = {**END, "usage": {"output_tokens": 9, "input_tokens": None}}
    message = {**START["message"], "usage": {"input_tokens": 5, "output_tokens": 1}}  # type: ignore[dict-item]

    assert run({"type": "message_start", "message": message}, delta)[0].usage == {"input_tokens": 5, "output_tokens": 9}


def test_beta_fields_beside_the_delta_reach_the_message() -> None:
    assembler, _ = assembled(decoded(SAMPLES["compaction"]))

    assert assembler.message["context_management"] == {"applied_edits": []}
    assert assembler.usage is not None
    assert assembler.usage["iterations"][0]["type"] == "compaction"


@pytest.mark.parametrize("name", SAMPLES)
def test_a_cut_stream_comes_to_a_beginning_and_is_complete_only_with_its_stop_reason(name: str) -> None:
    stream = SAMPLES[name]
    whole = assembled(decoded(stream))[0].text
    said = stream.index(b"}", stream.index(b'"stop_reason":"'))

    for cut in range(len(stream)):
        assembler, faults = assembled(decoded(stream[:cut]))
        assert faults == []
        assert whole.startswith(assembler.text)
        assert not (assembler.complete and cut < said)


@pytest.mark.parametrize("name", SAMPLES)
def test_looking_at_every_step_changes_nothing(name: str) -> None:
    looked, seen = MessageBuilder(), []
    for event in decoded(SAMPLES[name]):
        looked.add(event)
        seen.append(looked.message)

    assert all(message is seen[0] for message in seen)
    assert seen[0] == assembled(decoded(SAMPLES[name]))[0].message


def test_a_tool_call_cut_by_max_tokens_is_marked() -> None:
    block = assembled(decoded(SAMPLES["max_tokens_in_tool"]))[0].message.content[0]

    assert isinstance(block, ToolUseBlock)
    assert (block.input_complete, block.input_text) == (False, '{"path": "a.txt", "lines": ["one", "tw')


@pytest.mark.parametrize(
    ("pieces", "value", "complete"),
    [
        ([], {}, True),
        ([""], {}, True),
        (['{"a"', ":1}"], {"a": 1}, True),
        (['{"a":1,"b":"x'], {"a": 1}, False),
        (['{"a":"\\ud800"}'], {"a": "\ud800"}, True),
    ],
)
def test_tool_input_at_its_end(pieces: list[str], value: Any, complete: bool) -> None:
    assembler, faults = run(START, start(0, TOOL), *map(tool_input, pieces), stop())
    block: Any = assembler.message.content[0]

    assert (block.input, block.input_complete, block.input_text, faults) == (value, complete, "".join(pieces), [])


def test_tool_input_that_cannot_become_json_is_a_fault_with_its_text() -> None:
    assembler, faults = run(START, start(0, TOOL), tool_input('{"a": oops}'), stop())
    block: Any = assembler.message.content[0]

    assert [(fault.kind, fault.data) for fault in faults] == [("tool_input", '{"a": oops}')]
    assert (block.input, block.input_complete) == ({}, False)


def test_tool_input_that_nests_too_deeply_is_a_fault() -> None:
    deep = '{"a":' + "[" * 600 + "]" * 600 + "}"

    assert [fault.kind for fault in run(START, start(0, TOOL), tool_input(deep), stop())[1]] == ["tool_input"]


def test_input_that_came_with_the_block_stays_without_deltas() -> None:
    assert run(START, start(0, {**TOOL, "input": {"a": 1}}), stop())[0].message["content"][0]["input"] == {"a": 1}


def test_an_unfinished_call_without_deltas_is_not_complete() -> None:
    block: Any = run(START, start(0, TOOL), END)[0].message.content[0]

    assert (block.input, block.input_complete) == ({}, False)


@pytest.mark.parametrize(
    "event",
    [
        *(start(5), start(-1), start(True), start(None), start("0"), {"type": "content_block_start", "index": 1}),
        *(
            text("x", 5),
            text("x", -1),
            text("x", None),
            text("x", [0]),
            text(7),
            text(None),
            stop(5),
            stop(-1),
            stop(None),
        ),
        {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta"}},
        {"type": "content_block_delta", "index": 0},
        {"type": "message_delta"},
        {"type": "message_delta", "delta": {"stop_reason": 5}},
    ],
)
def test_what_does_not_fit_is_a_fault_and_changes_nothing(event: dict[str, Any]) -> None:
    thinking = {"type": "thinking", "thinking": ""}
    first = start(0, thinking if event.get("delta", {}).get("type") == "signature_delta" else TEXT)
    before, faults = run(START, first, event)

    assert len(faults) == 1
    assert before.message == run(START, first)[0].message


@pytest.mark.parametrize("message", [None, {"content": 5}])
def test_a_start_without_a_message_is_a_fault(message: Any) -> None:
    assembler, faults = run({"type": "message_start", "message": message}, text("x"))

    assert (len(faults), assembler.started) == (1, False)


def test_a_delta_after_its_block_is_a_fault() -> None:
    assert "after its end" in run(START, start(), stop(), text("x"))[1][0].reason


def test_duplicates_add_nothing() -> None:
    assembler, faults = run(START, START, start(), start(), text("a"), stop(), stop(), start(), END, STOP, STOP)

    assert (assembler.message["content"], faults) == ([{"type": "text", "text": "a"}], [])


def test_what_follows_the_end_is_counted_and_changes_nothing() -> None:
    assembler, faults = run(
        START, start(), text("a"), END, text("late"), stop(), start(1), END, STOP, END, text("late")
    )

    assert (assembler.message["content"], faults, assembler.late) == ([{"type": "text", "text": "a"}], [], 5)


def test_events_before_the_start_pass() -> None:
    assembler, faults = run(text("x"), start(), stop(), END, STOP)

    assert (assembler.started, assembler.complete, assembler.text, assembler.usage, faults) == (
        False,
        False,
        "",
        None,
        [],
    )
    assert assembler.helper_events(event_model(text("x"))) == (text("x"),)


def test_unknown_events_deltas_and_blocks_pass() -> None:
    new = {"type": "content_block_delta", "index": 0, "delta": {"type": "new_delta", "x": 1}}
    assembler, faults = run(
        START, {"type": "new"}, start(0, {"type": "new_block", "y": 2}), new, text("not its own"), stop()
    )

    assert (assembler.message["content"], faults) == ([{"type": "new_block", "y": 2}], [])


def test_signatures_that_come_in_pieces_are_joined() -> None:
    def sign(value: str) -> dict[str, Any]:
        return {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": value}}

    assembler, _ = run(START, start(0, {"type": "thinking", "thinking": "", "signature": ""}), sign("a"), sign("b"))

    assert assembler.message["content"][0]["signature"] == "ab"


def test_a_fallback_names_the_model_that_answers() -> None:
    block = {"type": "fallback", "from": {"model": "a"}, "to": {"model": "b"}, "trigger": {"type": "refusal"}}

    assert run(START, start(0, block), stop())[0].message["model"] == "b"


def test_the_events_that_were_given_stay_as_they_came() -> None:
    opening, begun = event_model(json.loads(json.dumps(START))), event_model(start(0, dict(TEXT)))
    assembled([opening, begun, event_model(text("a")), event_model(END)])

    assert (opening, begun) == (START, start())


HELPED = {
    "text": ["text", "text"],
    "thinking": ["thinking", "thinking", "signature", "text"],
    "tool": ["text", *["input_json"] * 5],
    "citations": ["text", "citation", "text", "citation"],
    "refusal": [],
    "server_tool": ["input_json", "input_json", "text"],
    "compaction": ["compaction", "text"],
    "max_tokens_in_tool": ["input_json", "input_json"],
}


@pytest.mark.parametrize("name", HELPED)
def test_helper_events_follow_their_raw_event(name: str) -> None:
    assembler, added = MessageBuilder(), []
    for event in decoded(SAMPLES[name]):
        assembler.add(event)
        first, *rest = assembler.helper_events(event)
        assert first["type"] == event["type"]
        added.extend(made["type"] for made in rest)

    assert added == HELPED[name]


def test_the_end_of_a_block_and_of_the_message_carry_them() -> None:
    assembler, carried = MessageBuilder(), []
    for event in decoded(SAMPLES["text"]):
        assembler.add(event)
        carried.append(assembler.helper_events(event)[0])

    assert carried[-3]["content_block"] == {"type": "text", "text": "Hello, wörld 🌍"}
    assert carried[-1]["message"] is assembler.message


def test_a_citation_snapshot_is_that_of_its_own_event() -> None:
    assembler, made = MessageBuilder(), []
    for event in decoded(SAMPLES["citations"]):
        assembler.add(event)
        made += [each for each in assembler.helper_events(event) if each["type"] == "citation"]

    assert [len(each["snapshot"]) for each in reversed(made)] == [2, 1]


def nested(size: int) -> str:
    return '{"rows":[' + ",".join('{"a":{"b":["xxxxxxxx",1]}}' for _ in range(size // 27)) + "]}"


def test_the_work_of_a_tool_call_grows_with_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    from tercet.wire.stream import block_builder

    read: list[int] = []
    decode, partial = block_builder.decode_json, block_builder.parse_partial
    monkeypatch.setattr(block_builder, "decode_json", lambda text: (read.append(len(text)), decode(text))[1])
    monkeypatch.setattr(block_builder, "parse_partial", lambda text: (read.append(len(text)), partial(text))[1])

    for size in (80_000, 160_000):
        read.clear()
        whole = nested(size)
        assembler, helper = MessageBuilder(), 0
        pieces = [tool_input(whole[i : i + 8]) for i in range(0, len(whole), 8)]
        for event in map(event_model, [START, start(0, dict(TOOL)), *pieces, stop(), END, STOP]):
            assert assembler.add(event) is None
            helper += len(assembler.helper_events(event))
        for _ in range(3):
            assert assembler.message["content"][0]["input"] == json.loads(whole)
        assert read == [len(whole)]
        assert helper == 5 + 2 * len(pieces)


def test_text_snapshots_read_in_order_join_every_piece_once() -> None:
    from tercet.wire.stream.block_builder import BUILDERS

    growing: Any = BUILDERS["text"](TextBlock({"type": "text", "text": ""}))
    growing.pieces.extend("abc")

    assert [growing.upto(count) for count in (1, 2, 4, 3)] == ["", "a", "abc", "ab"]


@pytest.mark.parametrize("usage", [None, [], [1], "5", "", 7, True])
def test_a_usage_at_the_start_that_is_none_is_absent_and_counted_from_the_first_that_comes(usage: Any) -> None:
    message = {"id": "m", "role": "assistant", "content": [], "usage": usage}
    builder, faults = run({"type": "message_start", "message": message}, END, STOP)
    assert faults == []
    assert builder.usage == {"output_tokens": 9}


def test_compactions_that_come_in_pieces_are_joined() -> None:
    def piece(content: Any, encrypted: Any) -> dict[str, Any]:
        delta = {"type": "compaction_delta", "content": content, "encrypted_content": encrypted}
        return {"type": "content_block_delta", "index": 0, "delta": delta}

    begun = start(0, {"type": "compaction", "content": None, "encrypted_content": None})
    assembler, faults = run(START, begun, piece("What was ", None), piece("said", "abc"), piece(None, "def"), stop())

    block = assembler.message["content"][0]
    assert (block["content"], block["encrypted_content"], faults) == ("What was said", "abcdef", [])


def texts_and_events(*events: dict[str, Any]) -> tuple[list[str], list[str], str]:
    """Return what the texts, the helper's text events and the message hold after `events`."""
    builder, texts, helpers = MessageBuilder(), [], []
    for event in (event_model(json.loads(json.dumps(each))) for each in events):
        assert builder.add(event) is None
        texts += [builder.text_of(event)] if builder.text_of(event) else []
        helpers += [made["text"] for made in builder.helper_events(event) if made["type"] == "text"]
    return texts, helpers, builder.text


def test_text_that_stands_in_a_blocks_start_is_told_as_the_other_text_is() -> None:
    begun = start(0, {"type": "text", "text": "Hel"})

    assert texts_and_events(START, begun, text("lo"), stop(), END, STOP) == (["Hel", "lo"], ["Hel", "lo"], "Hello")
    assert texts_and_events(START, begun, begun, stop(), END, STOP) == (["Hel"], ["Hel"], "Hel")


def test_text_that_is_no_part_of_the_message_is_not_told() -> None:
    late = [END, text("more"), start(1, {"type": "text", "text": "x"}), STOP, text("still")]

    assert texts_and_events(START, start(), text("Hi"), *late) == (["Hi"], ["Hi"], "Hi")


@pytest.mark.parametrize("rest", ["} xyz", "}", " 1", ',"b": 2', "[]", "x"])
def test_a_tool_input_that_goes_on_after_its_end_is_a_fault(rest: str) -> None:
    _, faults = run(START, start(0, TOOL), tool_input('{"a": 1}'), tool_input(rest), stop())

    assert [fault.kind for fault in faults] == ["tool_input"]


@pytest.mark.parametrize("rest", ["", "\n", " \t "])
def test_a_tool_input_may_end_in_space(rest: str) -> None:
    assembler, faults = run(START, start(0, TOOL), tool_input('{"a": 1}'), tool_input(rest), stop())

    assert (faults, assembler.message["content"][0]["input"]) == ([], {"a": 1})


def test_open_strings_are_in_snapshots_where_that_was_asked_for() -> None:
    snapshots = {}
    for asked in (False, True):
        builder = MessageBuilder()
        builder.trailing_strings = asked
        for event in (START, start(0, TOOL), tool_input('{"text": "Hello wor')):
            builder.add(event_model(json.loads(json.dumps(event))))
        snapshots[asked] = builder.message["content"][0]["input"]

    assert snapshots == {False: {}, True: {"text": "Hello wor"}}
