"""A service that logs, as it was: a class around `create` that logs what failed."""

import logging
from dataclasses import dataclass
from typing import Any, Dict, List, Optional

from anthropic import Anthropic


@dataclass
class ClaudeConfig:
    model: str = "claude-sonnet-4-5-20250929"
    max_tokens: int = 1024
    temperature: float = 1.0
    system: str = ""


class ClaudeService:
    """Production-ready Claude service wrapper."""

    def __init__(self, api_key: Optional[str] = None):
        self.client = Anthropic(api_key=api_key)
        self.logger = logging.getLogger(__name__)

    def complete(self, messages: List[Dict[str, Any]], config: Optional[ClaudeConfig] = None) -> Dict[str, Any]:
        """Execute completion with full response metadata."""
        config = config or ClaudeConfig()

        try:
            response = self.client.messages.create(
                model=config.model,
                max_tokens=config.max_tokens,
                temperature=config.temperature,
                system=config.system,
                messages=messages,
            )

            return {
                "content": response.content[0].text,
                "model": response.model,
                "usage": {"input_tokens": response.usage.input_tokens, "output_tokens": response.usage.output_tokens},
                "stop_reason": response.stop_reason,
            }

        except Exception as e:
            self.logger.error(f"Claude API error: {e}")
            raise


print(ClaudeService().complete([{"role": "user", "content": "What is 12 + 30?"}])["content"])
