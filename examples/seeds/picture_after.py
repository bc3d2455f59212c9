"""A question about a picture, with Tercet."""

import tercet

chat = tercet.Conversation(tercet.Anthropic(), model="claude-sonnet-4-6", max_tokens=1024)
print(chat.say(tercet.image("tides.png"), "What objects are in this photo?").text)
