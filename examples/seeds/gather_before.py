"""Many prompts at once, as it was: a task each, all of them sent together."""

import asyncio

from anthropic import AsyncAnthropic


async def process_prompts(prompts):
    client = AsyncAnthropic()

    tasks = [
        client.messages.create(
            model="claude-sonnet-4-5-20250929", max_tokens=1024, messages=[{"role": "user", "content": prompt}]
        )
        for prompt in prompts
    ]

    results = await asyncio.gather(*tasks)
    return results


prompts = ["Hello", "Tell me a joke", "What's 2+2?"]
results = asyncio.run(process_prompts(prompts))
print(len(results), results[2].content[0].text)
