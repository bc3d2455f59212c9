"""Values become a JSON body, in a stable order."""

from __future__ import annotations

import json

import pytest

from tercet.wire.model import Model
from tercet.wire.requests.json_body import body, encode_json

HELLO = [{"role": "user", "content": "Hello"}]


def test_extra_body_is_laid_over_the_arguments() -> None:
    assert json.loads(body({"model": "m", "top_k": 1}, {"top_k": 2, "new": {"a": 1}})) == {
        "model": "m",
        "top_k": 2,
        "new": {"a": 1},
    }


def test_bytes_become_base64_wherever_they_stand() -> None:
    assert json.loads(encode_json([b"abc", bytearray(b"abc"), memoryview(b"abc")])) == ["YWJj"] * 3


def test_tuples_iterators_and_our_own_blocks_are_json() -> None:
    assert json.loads(encode_json([(1, 2), iter([3]), Model(a=Model(b=4))])) == [[1, 2], [3], {"a": {"b": 4}}]


def test_lone_surrogates_become_the_replacement_character() -> None:
    sent = json.loads(encode_json({"text": "broken \ud800 here, whole \U0001f600 there"}))

    assert sent == {"text": "broken � here, whole \U0001f600 there"}


def test_an_object_without_json_form_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="cannot hold object"):
        encode_json({"x": object()})
