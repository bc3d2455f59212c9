"""A chat with a history, as it was."""

import anthropic


class ClaudeChat:
    def __init__(self, system_prompt="You are a helpful assistant."):
        self.client = anthropic.Anthropic()
        self.system = system_prompt
        self.history = []

    def chat(self, user_message):
        self.history.append({"role": "user", "content": user_message})

        message = self.client.messages.create(
            model="claude-3-5-sonnet-20241022",
            max_tokens=1024,
            system=self.system,
            messages=self.history
        )

        response = message.content[0].text
        self.history.append({"role": "assistant", "content": response})

        return response

    def clear(self):
        self.history = []

# Usage
chat = ClaudeChat("You are a Python expert.")
print(chat.chat("What's a decorator?"))
print(chat.chat("Can you show me an example?"))
