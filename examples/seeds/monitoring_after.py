"""Watching tokens, with Tercet: every attempt has a line in the ledger, with its price."""

import tercet

client = tercet.Anthropic(ledger="calls.db")
client.messages.create(
    model="claude-sonnet-4-5-20250929", max_tokens=1024, messages=[{"role": "user", "content": "What is 12 + 30?"}]
)
print(tercet.Ledger("calls.db").cost(by="model", origin="all"))
