"""instructor: answers as pydantic models, by a forced tool call, plain and in part."""

from __future__ import annotations

from importlib.metadata import version

import anthropic
import instructor
from pydantic import BaseModel
from tasks import KEY, LOOK, MODEL, PICTURE, SUM, UNKNOWN, URL, WEATHER, carry_out

client = instructor.from_anthropic(anthropic.Anthropic(api_key=KEY, base_url=URL, max_retries=0))


class Sum(BaseModel):
    """The result of a calculation."""

    expression: str


class Weather(BaseModel):
    """Where the weather is asked for."""

    city: str


def ask(content, response_model, model=MODEL, **more):
    messages = [{"role": "user", "content": content}]
    return client.messages.create(
        model=model, max_tokens=500, messages=messages, response_model=response_model, max_retries=0, **more
    )


def text():
    return ask(SUM, None).content[0].text


def streaming():
    messages = [{"role": "user", "content": SUM}]
    parts = list(client.messages.create_partial(model=MODEL, max_tokens=500, messages=messages, response_model=Sum))
    return f"{parts[-1].expression} pieces: {'many' if len(parts) > 1 else 'one'}"


def tools():
    return repr(ask(WEATHER, Weather))


def images():
    source = {"type": "base64", "media_type": "image/png", "data": PICTURE}
    return ask([{"type": "image", "source": source}, {"type": "text", "text": LOOK}], None).content[0].text


def errors():
    try:
        ask(SUM, None, model=UNKNOWN)
    except Exception as error:  # it wraps the SDK's
        return str(error)
    return "no error"


# A tool is the form of its answers, with no result to send back.
expected = {"streaming": ("125 * 48", "pieces: many"), "tools": ("Weather(city='Oslo')",)}
carry_out(version("instructor"), expected, text=text, streaming=streaming, tools=tools, images=images, errors=errors)
