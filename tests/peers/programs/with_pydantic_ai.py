"""pydantic-ai: agents over AnthropicModel."""

from __future__ import annotations

import asyncio
import base64
from importlib.metadata import version

from anthropic import AsyncAnthropic
from pydantic_ai import Agent, BinaryContent
from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from tasks import KEY, LOOK, MODEL, PICTURE, RESULT, SUM, UNKNOWN, URL, WEATHER, carry_out, joined


def agent(model=MODEL, **more):
    client = AsyncAnthropic(api_key=KEY, base_url=URL, max_retries=0)
    return Agent(AnthropicModel(model, provider=AnthropicProvider(anthropic_client=client)), **more)


def text():
    return agent().run_sync(SUM).output


def streaming():
    async def pieces():
        async with agent().run_stream(SUM) as run:
            return [piece async for piece in run.stream_text(delta=True, debounce_by=None)]

    return joined(asyncio.run(pieces()))


def tools():
    called = []

    def get_weather(city: str) -> str:
        """The weather in a city."""
        called.append(("get_weather", city))
        return RESULT

    final = agent(tools=[get_weather]).run_sync(WEATHER).output
    return f"{called} {final}"


def images():
    return agent().run_sync([LOOK, BinaryContent(base64.b64decode(PICTURE), media_type="image/png")]).output


def errors():
    try:
        agent(UNKNOWN).run_sync(SUM)
    except ModelHTTPError as error:
        return f"{error.status_code} {error.body}"
    return "no error"


carry_out(version("pydantic-ai-slim"), text=text, streaming=streaming, tools=tools, images=images, errors=errors)
