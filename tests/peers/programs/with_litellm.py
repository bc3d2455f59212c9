"""litellm: completion() with its OpenAI shapes, over the Anthropic protocol."""

from __future__ import annotations

import json
from importlib.metadata import version

import litellm
from tasks import KEY, LOOK, MODEL, PICTURE, RESULT, SUM, UNKNOWN, URL, WEATHER, carry_out, joined

litellm.telemetry = False
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def ask(messages, model=MODEL, **more):
    messages = messages if isinstance(messages, list) else [{"role": "user", "content": messages}]
    return litellm.completion(
        model=f"anthropic/{model}", messages=messages, api_base=URL, api_key=KEY, max_tokens=500, num_retries=0, **more
    )


def text():
    return ask(SUM).choices[0].message.content


def streaming():
    return joined([piece for chunk in ask(SUM, stream=True) if (piece := chunk.choices[0].delta.content)])


def tools():
    question = {"role": "user", "content": WEATHER}
    first = ask([question], tools=[TOOL]).choices[0].message
    call = first.tool_calls[0]
    result = {"role": "tool", "tool_call_id": call.id, "content": RESULT}
    final = ask([question, first.model_dump(), result], tools=[TOOL])
    return f"{call.function.name} {json.loads(call.function.arguments)} {final.choices[0].message.content}"


def images():
    picture = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PICTURE}"}}
    return ask([{"role": "user", "content": [picture, {"type": "text", "text": LOOK}]}]).choices[0].message.content


def errors():
    try:
        ask(SUM, model=UNKNOWN)
    except litellm.NotFoundError as error:
        return f"{error.status_code} {error}"
    return "no error"


carry_out(version("litellm"), text=text, streaming=streaming, tools=tools, images=images, errors=errors)
