"""Many prompts at once: as many under way as is good, a 429 delays and drops nothing, answers in order."""

import tercet as anthropic

prompts = ["Hello", "Tell me a joke", "What's 2+2?"]
results = anthropic.ask_all(anthropic.Anthropic(), prompts, model="claude-sonnet-4-5-20250929", max_tokens=1024)
print(len(results), results[2].text)
