"""An assistant that sees pictures, with Tercet: the type is that of the bytes, the size that which the model sees."""

import tercet

client = tercet.Anthropic(defaults={"model": "claude-sonnet-4-6", "max_tokens": 2048})
chat = tercet.Conversation(client)

print(chat.say("Hello, Claude!").text)
print(chat.stream("Tell me a short story").until_done().text)
print(chat.say("What objects are in this photo?", tercet.image("tides.jpg")).text)
