"""An assistant that sees pictures, as it was."""

import anthropic
import os
import base64

class ClaudeAssistant:
    def __init__(self):
        self.client = anthropic.Anthropic(
            api_key=os.environ.get("ANTHROPIC_API_KEY")
        )
        self.conversation = []

    def send_message(self, content):
        """Send a text message"""
        self.conversation.append({"role": "user", "content": content})

        response = self.client.messages.create(
            model="claude-sonnet-4-5-20250929",
            max_tokens=2048,
            messages=self.conversation
        )

        assistant_message = response.content[0].text
        self.conversation.append({
            "role": "assistant",
            "content": assistant_message
        })

        return assistant_message

    def send_image(self, image_path, question):
        """Send an image with a question"""
        with open(image_path, "rb") as img:
            image_data = base64.standard_b64encode(img.read()).decode()

        message_content = [
            {"type": "text", "text": question},
            {
                "type": "image",
                "source": {
                    "type": "base64",
                    "media_type": "image/jpeg",
                    "data": image_data
                }
            }
        ]

        self.conversation.append({"role": "user", "content": message_content})

        response = self.client.messages.create(
            model="claude-sonnet-4-5-20250929",
            max_tokens=2048,
            messages=self.conversation
        )

        assistant_message = response.content[0].text
        self.conversation.append({
            "role": "assistant",
            "content": assistant_message
        })

        return assistant_message

    def stream_response(self, content):
        """Stream a response"""
        self.conversation.append({"role": "user", "content": content})

        full_response = ""
        with self.client.messages.stream(
            model="claude-sonnet-4-5-20250929",
            max_tokens=2048,
            messages=self.conversation
        ) as stream:
            for text in stream.text_stream:
                print(text, end="", flush=True)
                full_response += text

        print()  # New line

        self.conversation.append({
            "role": "assistant",
            "content": full_response
        })

        return full_response

# Usage
assistant = ClaudeAssistant()
response = assistant.send_message("Hello, Claude!")
print(response)

response = assistant.stream_response("Tell me a short story")

print(assistant.send_image("tides.jpg", "What objects are in this photo?"))
