"""Watching tokens, as it was: the usage of each answer, printed."""

import anthropic

client = anthropic.Anthropic()


def create_with_monitoring(prompt):
    message = client.messages.create(
        model="claude-sonnet-4-5-20250929", max_tokens=1024, messages=[{"role": "user", "content": prompt}]
    )

    print(f"Input tokens: {message.usage.input_tokens}")
    print(f"Output tokens: {message.usage.output_tokens}")
    print(f"Total tokens: {message.usage.input_tokens + message.usage.output_tokens}")

    return message


create_with_monitoring("What is 12 + 30?")
