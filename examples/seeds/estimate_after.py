"""What a request will cost, with Tercet: nothing is sent, the answer is counted in, and the price is the catalog's of today."""

import tercet

client = tercet.Anthropic()
estimate = client.estimate(
    model="claude-opus-4-6",
    max_tokens=1024,
    system="You are a Python tutor.",
    messages=[{"role": "user", "content": "What is a decorator?"}],
)
print(f"Estimated cost: ${estimate.low:.4f} to ${estimate.high:.4f}")
