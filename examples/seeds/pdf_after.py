"""A question about a PDF, with Tercet: its pages are counted, and chosen, before anything is sent."""

import tercet

chat = tercet.Conversation(tercet.Anthropic(), model="claude-sonnet-4-6", max_tokens=4096)
print(chat.say(tercet.document("timetable.pdf"), "Summarize this document").text)
