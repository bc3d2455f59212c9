"""A conversation that outlives the program, with Tercet: one line more than a list in memory."""

import tercet

store = tercet.Conversations("chats.db")
chat = store.open("alice", client=tercet.Anthropic(), model="claude-opus-4-6", max_tokens=1024, system="You are kind.")
chat.say("My name is Alice.")
print(chat.say("What's my name?").text)
