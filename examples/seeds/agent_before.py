"""An agent, as it was: a loop around tools."""

import json

import anthropic

client = anthropic.Anthropic()


def run_agent(user_message, tools, tool_handlers):
    messages = [{"role": "user", "content": user_message}]

    while True:
        response = client.messages.create(
            model="claude-sonnet-4-6",
            max_tokens=4096,
            tools=tools,
            messages=messages
        )

        # If Claude is done (no tool calls), return the text
        if response.stop_reason == "end_turn":
            return response.content[0].text

        # Process tool calls
        messages.append({"role": "assistant", "content": response.content})
        tool_results = []

        for block in response.content:
            if block.type == "tool_use":
                handler = tool_handlers[block.name]
                result = handler(**block.input)
                tool_results.append({
                    "type": "tool_result",
                    "tool_use_id": block.id,
                    "content": json.dumps(result)
                })

        messages.append({"role": "user", "content": tool_results})


def get_weather(city):
    return f"7 degrees in {city}"


schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
tools = [{"name": "get_weather", "description": "Tell the weather in a city.", "input_schema": schema}]
print(run_agent("Use get_weather for Oslo", tools, {"get_weather": get_weather}))
