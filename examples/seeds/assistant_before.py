"""A whole assistant, as it was: history, temperature, streams."""

import anthropic
from typing import Optional

class ClaudeAssistant:
    def __init__(
        self,
        system: str = "You are a helpful assistant.",
        model: str = "claude-3-5-sonnet-20241022"
    ):
        self.client = anthropic.Anthropic()
        self.system = system
        self.model = model
        self.history = []

    def chat(
        self,
        message: str,
        temperature: float = 0.7,
        max_tokens: int = 1024
    ) -> str:
        self.history.append({"role": "user", "content": message})

        response = self.client.messages.create(
            model=self.model,
            max_tokens=max_tokens,
            temperature=temperature,
            system=self.system,
            messages=self.history
        )

        reply = response.content[0].text
        self.history.append({"role": "assistant", "content": reply})

        return reply

    def stream_chat(self, message: str):
        self.history.append({"role": "user", "content": message})

        full_response = ""
        with self.client.messages.stream(
            model=self.model,
            max_tokens=1024,
            system=self.system,
            messages=self.history
        ) as stream:
            for text in stream.text_stream:
                full_response += text
                yield text

        self.history.append({"role": "assistant", "content": full_response})

    def clear_history(self):
        self.history = []

# Usage
assistant = ClaudeAssistant("You are a Python coding expert.")

# Regular chat
response = assistant.chat("How do I read a JSON file?")
print(response)

# Streaming
for chunk in assistant.stream_chat("Show me an example"):
    print(chunk, end="", flush=True)
