"""The content blocks in which the code execution tools answer: Python, shell, and file editing in the container."""

from __future__ import annotations

from typing import Literal, TypeAlias

from tercet.wire.model import Model


class CodeExecutionOutputBlock(Model):
    """A file that the code made."""

    __slots__ = ()
    type: Literal["code_execution_output"]
    file_id: str


class CodeExecutionResultBlock(Model):
    """The output of code: text and files."""

    __slots__ = ()
    type: Literal["code_execution_result"]
    stdout: str
    stderr: str
    return_code: int
    content: list[CodeExecutionOutputBlock]


class EncryptedCodeExecutionResultBlock(Model):
    """The output of code, encrypted, for the model only."""

    __slots__ = ()
    type: Literal["encrypted_code_execution_result"]
    encrypted_stdout: str
    stderr: str
    return_code: int
    content: list[CodeExecutionOutputBlock]


class CodeExecutionToolResultError(Model):
    """The reason why the code did not run."""

    __slots__ = ()
    type: Literal["code_execution_tool_result_error"]
    error_code: Literal["invalid_tool_input", "unavailable", "too_many_requests", "execution_time_exceeded"]


CodeExecutionToolResultBlockContent: TypeAlias = (
    CodeExecutionToolResultError | CodeExecutionResultBlock | EncryptedCodeExecutionResultBlock
)


class CodeExecutionToolResultBlock(Model):
    """The code execution tool's answer."""

    __slots__ = ()
    type: Literal["code_execution_tool_result"]
    tool_use_id: str
    content: CodeExecutionToolResultBlockContent


class BashCodeExecutionOutputBlock(Model):
    """A file that the command made."""

    __slots__ = ()
    type: Literal["bash_code_execution_output"]
    file_id: str


class BashCodeExecutionResultBlock(Model):
    """The output of a command: text and files."""

    __slots__ = ()
    type: Literal["bash_code_execution_result"]
    stdout: str
    stderr: str
    return_code: int
    content: list[BashCodeExecutionOutputBlock]


class BashCodeExecutionToolResultError(Model):
    """The reason why the command did not run."""

    __slots__ = ()
    type: Literal["bash_code_execution_tool_result_error"]
    error_code: Literal[
        "invalid_tool_input",
        "unavailable",
        "too_many_requests",
        "execution_time_exceeded",
        "output_file_too_large",
    ]


class BashCodeExecutionToolResultBlock(Model):
    """The answer of the container's shell."""

    __slots__ = ()
    type: Literal["bash_code_execution_tool_result"]
    tool_use_id: str
    content: BashCodeExecutionToolResultError | BashCodeExecutionResultBlock


class TextEditorCodeExecutionViewResultBlock(Model):
    """A file's content, or a part of it."""

    __slots__ = ()
    type: Literal["text_editor_code_execution_view_result"]
    content: str
    file_type: Literal["text", "image", "pdf"]
    num_lines: int | None
    start_line: int | None
    total_lines: int | None


class TextEditorCodeExecutionCreateResultBlock(Model):
    """A file was written."""

    __slots__ = ()
    type: Literal["text_editor_code_execution_create_result"]
    is_file_update: bool


class TextEditorCodeExecutionStrReplaceResultBlock(Model):
    """A file was changed: the lines as in a diff."""

    __slots__ = ()
    type: Literal["text_editor_code_execution_str_replace_result"]
    lines: list[str] | None
    new_lines: int | None
    new_start: int | None
    old_lines: int | None
    old_start: int | None


class TextEditorCodeExecutionToolResultError(Model):
    """The reason why the file was not read or changed."""

    __slots__ = ()
    type: Literal["text_editor_code_execution_tool_result_error"]
    error_code: Literal[
        "invalid_tool_input", "unavailable", "too_many_requests", "execution_time_exceeded", "file_not_found"
    ]
    error_message: str | None


TextEditorResult: TypeAlias = (
    TextEditorCodeExecutionToolResultError
    | TextEditorCodeExecutionViewResultBlock
    | TextEditorCodeExecutionCreateResultBlock
    | TextEditorCodeExecutionStrReplaceResultBlock
)


class TextEditorCodeExecutionToolResultBlock(Model):
    """The answer of the container's file editor."""

    __slots__ = ()
    type: Literal["text_editor_code_execution_tool_result"]
    tool_use_id: str
    content: TextEditorResult
