"""The official Python SDK, of this year or of 2024: the same program for both."""

from __future__ import annotations

import anthropic
from tasks import KEY, LOOK, MODEL, PICTURE, RESULT, SUM, UNKNOWN, URL, WEATHER, carry_out, joined

client = anthropic.Anthropic(api_key=KEY, base_url=URL, max_retries=0)
TOOL = {
    "name": "get_weather",
    "description": "The weather in a city.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


def ask(content, model=MODEL, **more):
    messages = content if isinstance(content, list) else [{"role": "user", "content": content}]
    return client.messages.create(model=model, max_tokens=500, messages=messages, **more)


def text():
    return ask(SUM).content[0].text


def streaming():
    with client.messages.stream(model=MODEL, max_tokens=500, messages=[{"role": "user", "content": SUM}]) as stream:
        pieces = list(stream.text_stream)
        assert stream.get_final_message().stop_reason == "end_turn"
    return joined(pieces)


def tools():
    question = {"role": "user", "content": WEATHER}
    first = ask([question], tools=[TOOL])
    call = next(block for block in first.content if block.type == "tool_use")
    result = {"type": "tool_result", "tool_use_id": call.id, "content": RESULT}
    turns = [question, {"role": "assistant", "content": first.content}, {"role": "user", "content": [result]}]
    return f"{call.name} {call.input} {ask(turns, tools=[TOOL]).content[0].text}"


def images():
    source = {"type": "base64", "media_type": "image/png", "data": PICTURE}
    content = [{"type": "image", "source": source}, {"type": "text", "text": LOOK}]
    return ask([{"role": "user", "content": content}]).content[0].text


def errors():
    try:
        ask(SUM, model=UNKNOWN)
    except anthropic.NotFoundError as error:
        return f"{error.status_code} {error}"
    return "no error"


carry_out(anthropic.__version__, text=text, streaming=streaming, tools=tools, images=images, errors=errors)
