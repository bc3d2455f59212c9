"""langchain-anthropic: ChatAnthropic."""

from __future__ import annotations

from importlib.metadata import version

import anthropic
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from tasks import KEY, LOOK, MODEL, PICTURE, RESULT, SUM, UNKNOWN, URL, WEATHER, carry_out, joined


def chat(model=MODEL):
    return ChatAnthropic(model=model, api_key=KEY, base_url=URL, max_tokens=500, max_retries=0)


@tool
def get_weather(city: str) -> str:
    """The weather in a city."""
    return RESULT


def text():
    return chat().invoke(SUM).content


def streaming():
    return joined([chunk.text for chunk in chat().stream(SUM) if chunk.text])


def tools():
    bound = chat().bind_tools([get_weather])
    first = bound.invoke([HumanMessage(WEATHER)])
    call = first.tool_calls[0]
    result = ToolMessage(get_weather.invoke(call["args"]), tool_call_id=call["id"])
    final = bound.invoke([HumanMessage(WEATHER), first, result])
    return f"{call['name']} {call['args']} {final.text}"


def images():
    picture = {"type": "image", "base64": PICTURE, "mime_type": "image/png"}
    return chat().invoke([HumanMessage([picture, {"type": "text", "text": LOOK}])]).text


def errors():
    try:
        chat(UNKNOWN).invoke(SUM)
    except anthropic.NotFoundError as error:
        return f"{error.status_code} {error}"
    return "no error"


carry_out(version("langchain-anthropic"), text=text, streaming=streaming, tools=tools, images=images, errors=errors)
