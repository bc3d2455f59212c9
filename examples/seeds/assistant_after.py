"""A whole assistant, with Tercet: history, temperature, streams that may be left half-way."""

import tercet

client = tercet.Anthropic(defaults={"model": "claude-sonnet-4-6", "max_tokens": 1024})
chat = tercet.Conversation(client, system="You are a Python coding expert.", temperature=0.7)

print(chat.say("How do I read a JSON file?").text)

for text in chat.stream("Show me an example"):
    print(text, end="", flush=True)
