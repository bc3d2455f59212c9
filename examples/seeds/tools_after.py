"""Tools, with Tercet: any number of them, called as often as the model wants, their input checked."""

import tercet


@tercet.beta_tool
def get_weather(location: str, unit: str = "celsius") -> str:
    """Get current weather for a location.

    Args:
        location: City and country, e.g., 'London, UK'
    """
    return f"7 degrees in {location}"


chat = tercet.Conversation(tercet.Anthropic(), model="claude-sonnet-4-6", max_tokens=1024, tools=[get_weather])
print(chat.say("Use get_weather for Oslo").text)
