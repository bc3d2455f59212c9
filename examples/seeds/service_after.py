"""A service that logs, with Tercet: the application's defaults once, and the ledger is the log, of answers and of errors."""

import tercet

defaults = {"model": "claude-sonnet-4-6", "max_tokens": 1024}
client = tercet.Anthropic(ledger="calls.db", tags={"app": "service"}, defaults=defaults)
message = client.messages.create(messages=[{"role": "user", "content": "What is 12 + 30?"}])
print(message.text)
print(tercet.Ledger("calls.db").calls(errors=True, origin="all"))
