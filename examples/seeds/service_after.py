"""A service that logs, with Tercet: the ledger is the log, of answers and of errors, whoever sends them."""

import tercet

client = tercet.Anthropic(ledger="calls.db", tags={"app": "service"})
message = client.messages.create(
    model="claude-sonnet-4-5-20250929", max_tokens=1024, messages=[{"role": "user", "content": "What is 12 + 30?"}]
)
print(message.text)
print(tercet.Ledger("calls.db").calls(errors=True, origin="all"))
