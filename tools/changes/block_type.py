"""A new kind of content block: it comes in answers, goes back in requests, and has its names in `types`."""

from __future__ import annotations

from house_changes import Scratch

TESTS = ["tests/wire/responses/test_message.py", "tests/wire/params/test_params.py", "tests/compat/test_type_names.py"]
BLOCK = '''class WaveformBlock(Model):
    """A piece of sound: a model's answer in tones."""

    __slots__ = ()
    type: Literal["waveform"]
    samples: list[str]
    caller: ToolUseCaller | None


'''
PARAM = '''class WaveformBlockParam(TypedDict, total=False):
    """A piece of sound, sent back."""

    type: Required[Literal["waveform"]]
    samples: Required[Iterable[str]]
    caller: ToolUseCallerParam
    cache_control: CacheControlEphemeralParam | None


'''
SHAPE = """    "waveform": {
        "type": TYPE,
        "samples": Field(list_of(is_string), required=True, nullable=False),
        "caller": CALLER,
        "cache_control": MARK,
    },
"""


def edit(house: Scratch) -> None:
    """Add `waveform` blocks: the view of answers, the type of requests, and the server's own reading."""
    house.before("wire", "ModelBlock: TypeAlias = (\n", BLOCK)
    house.after("wire", "ModelBlock: TypeAlias = (\n    ThinkingBlock\n", "    | WaveformBlock\n")
    house.before("wire", "ModelBlockParam: TypeAlias = (\n", PARAM)
    house.after("wire", "ModelBlockParam: TypeAlias = (\n    ThinkingBlockParam\n", "    | WaveformBlockParam\n")
    house.after("server", '\n\nBLOCKS: dict[str, Shape] = {\n    "text": TEXT,\n', SHAPE)
