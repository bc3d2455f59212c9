"""What a request will cost, as it was: one count over the network, one price written down."""

import anthropic

client = anthropic.Anthropic()
system = "You are a Python tutor."
messages = [{"role": "user", "content": "What is a decorator?"}]

count_response = client.messages.count_tokens(model="claude-opus-4-6", messages=messages, system=system)

estimated_input_cost = count_response.input_tokens * 0.000005  # $5/1M tokens
print(f"Estimated input cost: ${estimated_input_cost:.4f}")
