"""An agent, with Tercet: with limits, approvals, and runs that go on after a crash."""

import tercet


@tercet.beta_tool
def get_weather(city: str) -> str:
    """Tell the weather in a city."""
    return f"7 degrees in {city}"


agent = tercet.Agent(
    tercet.Anthropic(),
    model="claude-sonnet-4-6",
    max_tokens=4096,
    tools=[get_weather],
    limits=tercet.Limits(requests=20, usd=0.50),
)
print(agent.run("Use get_weather for Oslo").message.text)
