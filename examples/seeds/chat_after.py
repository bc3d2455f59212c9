"""A chat with a history, with Tercet: what fails or is interrupted leaves a history that goes on."""

import tercet

chat = tercet.Conversation(
    tercet.Anthropic(), model="claude-sonnet-4-6", max_tokens=1024, system="You are a Python expert."
)
print(chat.say("What's a decorator?").text)
print(chat.say("Can you show me an example?").text)
chat.clear()
