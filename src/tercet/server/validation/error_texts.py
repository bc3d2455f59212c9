"""The words of every refusal, as data: text, how well it is known, and when the lenient server lets it pass.

Marks: `✔` seen in live responses or official documentation; `○` quoted by several independent projects; `~` quoted by
one; `=` the rule is documented and its words are not: ours, in the API's manner. Knows no rule: the checks do.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

Mark = Literal["✔", "○", "~", "="]


class RefusalText(NamedTuple):
    """One refusal. `section` is its place in the API: transport, fields, content, tools, and so on."""

    text: str
    mark: Mark
    section: str
    when: Literal["always", "strict", "roles"] = "always"
    """`strict`: the lenient server serves it, with a warning. `roles`: only with the setting `strict_roles`."""


_THINKING_DOCS = "https://docs.claude.com/en/docs/build-with-claude/extended-thinking"
_SAMPLING_DOCS = f" when thinking is enabled or in adaptive mode. Please consult our documentation at {_THINKING_DOCS}#important-considerations-when-using-extended-thinking"
_AT = "messages.{i}.content.{j}"

TEXTS: dict[str, RefusalText] = {
    # --- transport ---------------------------------------------------------------------------------------------------
    "version_required": RefusalText("anthropic-version: header is required", "~", "transport"),
    "version_unknown": RefusalText('anthropic-version: "{value}" is not a valid version. Use 2023-06-01 or 2026-10-21.', "=", "transport"),
    "beta_unknown": RefusalText(
        "Unexpected value(s) {names} for the `anthropic-beta` header. Please consult our documentation at "
        "platform.claude.com/docs or try again without the header.", "✔", "transport", "strict",
    ),
    "key_required": RefusalText("x-api-key header is required", "~", "transport"),
    "key_invalid": RefusalText("invalid x-api-key", "✔", "transport"),
    "page_unaware": RefusalText("CORS requests must set 'anthropic-dangerous-direct-browser-access' header", "○", "transport", "strict"),
    "no_permission": RefusalText("Your API key does not have permission to use the specified resource.", "=", "transport"),
    "bearer_invalid": RefusalText("Invalid bearer token", "○", "transport"),
    # --- fields: pydantic's words --------------------------------------------------------------------------------------
    "required": RefusalText("{path}: Field required", "✔", "fields"),
    "extra": RefusalText("{path}: Extra inputs are not permitted", "✔", "fields"),
    "extra_beta": RefusalText("{path}: Extra inputs are not permitted", "✔", "fields", "strict"),
    "type": RefusalText("{path}: Input should be a valid {kind}", "=", "fields"),
    "type_object": RefusalText("{path}: Input should be an object", "=", "fields"),
    "at_least": RefusalText("{path}: Input should be greater than or equal to {least}", "○", "fields"),
    "literal": RefusalText("{path}: Input should be {expected}", "○", "fields"),
    "tag": RefusalText(
        "{path}: Input tag '{tag}' found using 'type' does not match any of the expected tags: {expected}", "✔", "fields"
    ),
    "tag_missing": RefusalText("{path}: Unable to extract tag using discriminator 'type'", "=", "fields"),
    "pattern": RefusalText("{path}: String should match pattern '{pattern}'", "✔", "fields"),
    "too_long": RefusalText("{path}: String should have at most {most} characters", "✔", "fields"),
    "too_short": RefusalText("{path}: String should have at least 1 character", "=", "fields"),
    "too_few": RefusalText("{path}: List should have at least 1 item after validation, not 0", "=", "fields"),
    "too_many": RefusalText("{path}: List should have at most {most} items after validation, not {count}", "=", "fields"),
    "max_tokens_limit": RefusalText(
        "max_tokens: {given} > {limit}, which is the maximum allowed number of output tokens for {model}", "✔", "fields"
    ),
    "range": RefusalText("{path}: range: 0..1", "~", "fields"),
    "blank_stop": RefusalText("stop_sequences: each stop sequence must contain non-whitespace", "~", "fields"),
    "geo": RefusalText("inference_geo: not supported for {model}", "=", "fields", "strict"),
    "speed": RefusalText("speed: 'fast' is not supported for {model}", "=", "fields", "strict"),
    "no_output_conflict": RefusalText("max_tokens: 0 cannot be combined with {what}", "=", "fields"),
    # --- roles -------------------------------------------------------------------------------------------------------
    "no_messages": RefusalText("messages: at least one message is required", "○", "roles"),
    "first_role": RefusalText('messages: first message must use the "user" role', "✔", "roles", "roles"),
    "alternate": RefusalText(
        'messages: roles must alternate between "user" and "assistant", but found multiple "{role}" roles in a row',
        "✔", "roles", "roles",
    ),
    "role": RefusalText("messages.{i}.role: Input should be 'user' or 'assistant'", "○", "roles"),
    "system_role": RefusalText(
        'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" as '
        "an input message role.", "○", "roles", "strict",
    ),
    # --- content -----------------------------------------------------------------------------------------------------
    "empty_message": RefusalText(
        "messages.{i}: all messages must have non-empty content except for the optional final assistant message", "○", "content"
    ),
    "empty_text": RefusalText("{path}: text content blocks must be non-empty", "○", "content"),
    "blank_text": RefusalText("{path}: text content blocks must contain non-whitespace text", "○", "content"),
    "trailing_space": RefusalText("messages: final assistant content cannot end with trailing whitespace", "○", "content"),
    "prefill": RefusalText(
        "This model does not support assistant message prefill. The conversation must end with a user message.",
        "✔", "content", "strict",
    ),
    "prefill_thinking": RefusalText("messages: an assistant message cannot be prefilled when thinking is enabled", "=", "content", "strict"),
    "document_in_assistant": RefusalText(_AT + ": document blocks are not permitted in assistant messages", "=", "content"),
    "citations_in_user": RefusalText("{path}.citations: citations are not permitted on text in user messages", "=", "content"),
    "mixed_citations": RefusalText("messages: citations must be enabled on all documents or none", "=", "content"),
    "cited_format": RefusalText("output_config.format: cannot be combined with citations", "=", "content"),
    # --- tools -------------------------------------------------------------------------------------------------------
    "tool_names": RefusalText("tools: Tool names must be unique.", "○", "tools"),
    "schema_type": RefusalText("tools.{n}.custom.input_schema.type: Input should be 'object'", "~", "tools"),
    "schema_invalid": RefusalText(
        "tools.{n}.custom.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12 "
        "(https://json-schema.org/draft/2020-12). Learn more about tool use at https://docs.claude.com/en/docs/tool-use.",
        "○", "tools",
    ),
    "tools_needed": RefusalText("Requests which include `tool_use` or `tool_result` blocks must define tools.", "○", "tools", "roles"),
    "choice_without_tools": RefusalText("tool_choice may only be specified while providing tools.", "○", "tools"),
    "choice_unknown": RefusalText("Tool '{name}' not found in provided tools", "○", "tools"),
    "choice_forced": RefusalText('tool_choice: type "tool" and "any" are not supported for this model.', "✔", "tools", "strict"),
    "all_deferred": RefusalText("All tools have defer_loading: true. At least one tool must be loaded from the start.", "✔", "tools"),
    "example": RefusalText("tools.{n}.custom.input_examples.{i}: the example does not match the input_schema", "=", "tools"),
    "toolset_streaming": RefusalText("tools.{n}.{kind}: cannot be combined with the beta fine-grained-tool-streaming-2025-05-14", "=", "tools"),
    # --- tool round trip -----------------------------------------------------------------------------------------------
    "use_without_result": RefusalText(
        "messages.{i}: `tool_use` ids were found without `tool_result` blocks immediately after: {ids}. Each `tool_use` "
        "block must have a corresponding `tool_result` block in the next message.", "✔", "round trip",
    ),
    "result_without_use": RefusalText(
        _AT + ": unexpected `tool_use_id` found in `tool_result` blocks: {id}. Each `tool_result` block must have a "
        "corresponding `tool_use` block in the previous message.", "✔", "round trip",
    ),
    "second_result": RefusalText(
        _AT + ": each tool_use must have a single result. Found multiple `tool_result` blocks with id: {id}", "○", "round trip"
    ),
    "use_by_user": RefusalText("messages.{i}: `{kind}` blocks can only be in `assistant` messages", "=", "round trip", "strict"),
    "use_twice": RefusalText(_AT + ": `tool_use` ids must be unique", "=", "round trip", "strict"),
    "server_result_alone": RefusalText(
        _AT + ": unexpected `tool_use_id` found in `{kind}` blocks: {id}. Each `{kind}` block must have a corresponding "
        "call before it.", "=", "round trip", "strict",
    ),
    "empty_error": RefusalText(_AT + ".tool_result: content cannot be empty if `is_error` is true", "○", "round trip"),
    "server_use_alone": RefusalText(
        "`{name}` tool use with id `{id}` was found without a corresponding `{name}_tool_result` block", "✔", "round trip"
    ),
    "server_use_without_tool": RefusalText(
        "`{name}` tool use with id `{id}` was found without a corresponding `{name}_tool_result` block, but no `{name}` "
        "tool was provided", "✔", "round trip",
    ),
    # --- lengths -------------------------------------------------------------------------------------------------------
    "prompt_too_long": RefusalText("prompt is too long: {tokens} tokens > {limit} maximum", "✔", "lengths"),
    "context_exceeded": RefusalText(
        "input length and `max_tokens` exceed context limit: {tokens} + {output} > {limit}, decrease input length or "
        "`max_tokens` and try again", "○", "lengths",
    ),
    # --- cache control -------------------------------------------------------------------------------------------------
    "many_marks": RefusalText("A maximum of 4 blocks with cache_control may be provided. Found {count}.", "○", "cache"),
    "mark_order": RefusalText(
        "{path}.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. "
        "Note that blocks are processed in the following order: `tools`, `system`, `messages`.", "○", "cache",
    ),
    "mark_on_empty": RefusalText("{path}: cache_control cannot be set for empty text blocks", "✔", "cache"),
    "mark_conflict": RefusalText("cache_control: the ttl differs from the cache_control of the last block", "=", "cache"),
    # --- sampling and thinking -------------------------------------------------------------------------------------------
    "sampling_2026": RefusalText("{path}: not permitted with anthropic-version 2026-10-21", "=", "sampling"),
    "both_sampled": RefusalText(
        "`temperature` and `top_p` cannot both be specified for this model. Please use only one.", "✔", "sampling", "strict"
    ),
    "deprecated": RefusalText("`{name}` is deprecated for this model.", "○", "sampling", "strict"),
    "thinking_temperature": RefusalText("`temperature` may only be set to 1" + _SAMPLING_DOCS, "○", "sampling"),
    "thinking_top_p": RefusalText("`top_p` must be greater than or equal to 0.95 or unset" + _SAMPLING_DOCS, "○", "sampling"),
    "thinking_top_k": RefusalText("`top_k` must be unset" + _SAMPLING_DOCS, "=", "sampling"),
    "budget_below_max": RefusalText(
        "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at "
        f"{_THINKING_DOCS}#max-tokens-and-context-window-size", "○", "thinking",
    ),
    "thinking_first": RefusalText(
        "messages.{i}.content.0.type: Expected `thinking` or `redacted_thinking`, but found `{found}`. When `thinking` is "
        "enabled, a final `assistant` message must start with a thinking block (preceeding the lastmost set of "
        "`tool_use` and `tool_result` blocks). We recommend you include thinking blocks from previous turns. To avoid "
        f"this requirement, disable `thinking`. Please consult our documentation at {_THINKING_DOCS}", "✔", "thinking",
    ),
    "thinking_forced": RefusalText("Thinking may not be enabled when tool_choice forces tool use.", "✔", "thinking"),
    "thinking_modified": RefusalText(
        _AT + ": `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified. These "
        "blocks must remain as they were in the original response.", "✔", "thinking", "strict",
    ),
    "signature": RefusalText(_AT + ": Invalid `signature` in `thinking` block", "✔", "thinking", "strict"),
    "redacted_data": RefusalText(_AT + ": Invalid `data` in `redacted_thinking` block", "✔", "thinking", "strict"),
    "binding": RefusalText(
        _AT + ": Invalid `signature` in `thinking` block. The block is bound to a different conversation. Remove the "
        'block, or set `thinking.block_binding.prefix_mismatch_behavior` to "drop_block".', "✔", "thinking", "strict",
    ),
    "no_enabled": RefusalText(
        '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and '
        '"output_config.effort" to control thinking behavior.', "✔", "thinking", "strict",
    ),
    "no_disabled": RefusalText(
        '"thinking.type.disabled" is not supported for this model. Thinking defaults to adaptive mode when not '
        'specified; use "thinking.type.enabled" with "budget_tokens" for extended thinking.', "✔", "thinking", "strict",
    ),
    "no_adaptive": RefusalText("adaptive thinking is not supported on this model", "✔", "thinking", "strict"),
    "no_between_tools": RefusalText('"thinking.type.between_tools" is not supported for this model.', "=", "thinking", "strict"),
    "thinking_effort": RefusalText('"thinking.type.{kind}" is not supported with effort level \'{effort}\'.', "=", "thinking", "strict"),
    "no_effort": RefusalText("This model does not support the effort parameter.", "✔", "thinking", "strict"),
    "no_effort_level": RefusalText("This model does not support effort level '{effort}'. Supported levels: {levels}.", "✔", "thinking", "strict"),
    "clear_thinking": RefusalText("`clear_thinking_20251015` strategy requires `thinking` to be enabled or adaptive", "✔", "thinking"),
    "clear_thinking_first": RefusalText("context_management.edits: `clear_thinking_20251015` must be the first edit", "=", "thinking"),
    "compact_trigger": RefusalText("context_management.edits.{n}.compact_20260112.trigger.value: Input should be greater than or equal to 50000", "=", "thinking"),
    # --- compaction: the codes are the API's, the words are ours ---------------------------------------------------------
    "compaction_with_edits": RefusalText("compaction: cannot be combined with context_management", "=", "compaction"),
    "compaction_nothing_to_summarize": RefusalText("messages: no user or assistant content to summarize", "=", "compaction"),
    "compaction_incomplete_turn": RefusalText("messages: the last assistant turn is not finished", "=", "compaction"),
    "compaction_block_ambiguous": RefusalText("messages: more than one compaction block with content", "=", "compaction"),
    "compaction_block_misplaced": RefusalText(_AT + ": a compaction block must be the first block of the conversation", "=", "compaction"),
    "compaction_content_mismatch": RefusalText(_AT + ": the content differs from what the signature covers", "=", "compaction", "strict"),
    "compaction_signature_invalid": RefusalText(_AT + ": Invalid `signature` in `compaction` block", "=", "compaction", "strict"),
    # --- schemas -------------------------------------------------------------------------------------------------------
    "schema": RefusalText("{path}: {problem}", "✔", "schemas"),
    # --- images and documents --------------------------------------------------------------------------------------------
    "image_bytes": RefusalText("{path}.image.source.base64: image exceeds {megabytes} MB maximum: {size} bytes > {limit} bytes", "✔", "images"),
    "image_pixels": RefusalText(
        "{path}.image.source.base64.data: At least one of the image dimensions exceed max allowed size: 8000 pixels", "✔", "images"
    ),
    "many_image_pixels": RefusalText(
        "{path}.image.source.base64.data: At least one of the image dimensions exceed max allowed size for many-image "
        "requests: 2000 pixels", "○", "images",
    ),
    "image_kind": RefusalText(
        "{path}.image.source.base64: The image was specified using the {said} media type, but the image appears to be a "
        "{found} image", "✔", "images",
    ),
    "image_unread": RefusalText("Could not process image", "○", "images"),
    "oversized": RefusalText(
        "{path}: image dimensions {width}x{height} exceed the maximum image size of a model named on this request and "
        "would be downsized to {to_width}x{to_height}; scale the image to at most {to_width}x{to_height} or set the "
        "image's oversized_image setting to \"downsize\"", "✔", "images",
    ),
    "pdf_pages": RefusalText("{path}.pdf.source.base64.data: A maximum of {limit} PDF pages may be provided.", "○", "images"),
    "pdf_unread": RefusalText("{path}.pdf.source.base64.data: The PDF specified was not valid.", "~", "images"),
    "base64": RefusalText("{path}: Invalid base64 data", "=", "images"),
    # --- fallbacks -----------------------------------------------------------------------------------------------------
    "no_fallbacks": RefusalText("'{model}' does not support the `fallbacks` parameter", "✔", "fallbacks", "strict"),
    "fallback_twice": RefusalText("fallbacks.{n}.model: the models must differ from each other and from the requested one", "=", "fallbacks"),
    "fallback_target": RefusalText("fallbacks.{n}.model: '{primary}' cannot fall back to '{model}'", "=", "fallbacks", "strict"),
    "fallback": RefusalText("fallbacks.{n}: {problem}", "=", "fallbacks"),
    "credit_with_fallbacks": RefusalText("fallback_credit_token: cannot be combined with fallbacks", "=", "fallbacks"),
    "credit_malformed": RefusalText("fallback_credit_token: the token is malformed", "=", "fallbacks"),
    "credit": RefusalText("fallback_credit_token: {problem}", "=", "fallbacks"),
    # --- batches -------------------------------------------------------------------------------------------------------
    "custom_id_twice": RefusalText("requests.{n}.custom_id: custom_id must be unique within a batch, but found '{id}' twice", "=", "batches"),
}  # fmt: skip


def text(row: str, **values: Any) -> str:
    """Return the row's words with these values in them."""
    return TEXTS[row].text.format(**values)
