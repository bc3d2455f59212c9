"""A list of prompts, and their answers in order."""

import asyncio

import pytest

import tercet

MODEL = {"model": "claude-haiku-4-5", "max_tokens": 60}
PROMPTS = [f"Tell of {n}." for n in range(60)]


@pytest.fixture
def api():
    with tercet.local_api(journal=True) as api:
        yield api


@pytest.mark.parametrize("kind", ["client", "async_client"])
def test_answers_come_in_the_order_of_the_prompts(api, kind):
    answers = tercet.ask_all(getattr(api, kind)(), PROMPTS, **MODEL)
    assert [prompt for prompt, answer in zip(PROMPTS, answers, strict=True) if prompt not in answer.text] == []
    assert isinstance(answers[0], tercet.types.Message)


def test_the_same_in_an_event_loop_and_beside_one(api):
    async def go():
        client = api.async_client()
        return await tercet.aask_all(client, PROMPTS[:3], **MODEL), tercet.ask_all(api.client(), PROMPTS[:3], **MODEL)

    one, other = asyncio.run(go())
    assert [each.text for each in one] == [each.text for each in other]


def test_a_prompt_may_be_messages_or_arguments_of_its_own(api):
    prompts = [
        [{"role": "user", "content": "a"}],
        {"messages": [{"role": "user", "content": "b"}], "max_tokens": 7},
        "c",
    ]
    tercet.ask_all(api.client(), iter(prompts), max_concurrency=1, **MODEL)
    assert [(entry.json["messages"][0]["content"], entry.json["max_tokens"]) for entry in api.journal.entries()] == [
        ("a", 60), ("b", 7), ("c", 60),
    ]  # fmt: skip


def test_the_first_failure_is_raised_or_stands_in_its_place(api):
    api.script([{"match": {"text": "Tell of 7."}, "answer": {"error": {"status": 400, "message": "no sevens"}}}])
    with pytest.raises(tercet.BadRequestError, match="no sevens"):
        tercet.ask_all(api.client(), PROMPTS, **MODEL)
    answers = tercet.ask_all(api.client(), PROMPTS, return_exceptions=True, **MODEL)
    assert [n for n, answer in enumerate(answers) if isinstance(answer, Exception)] == [7]


def test_rate_limits_delay_and_drop_nothing(api):
    api.script([{"answer": {"error": {"status": 429, "retry_after": 0}}, "times": 40}])
    assert len(tercet.ask_all(api.client(max_retries=0), PROMPTS, **MODEL)) == 60


def test_no_prompts_are_no_answers(api):
    assert tercet.ask_all(api.client(), [], **MODEL) == []


def test_a_wrong_key_is_raised():
    with tercet.local_api(keys=["sk-ant-right"]) as api, pytest.raises(tercet.AuthenticationError):
        tercet.ask_all(api.client(api_key="sk-ant-wrong"), PROMPTS, **MODEL)


@pytest.mark.parametrize("prompts", [[5], ["a", None]])
def test_what_is_no_prompt_is_told_with_its_number(api, prompts):
    with pytest.raises(tercet.BulkError, match=rf"Prompt {len(prompts)} must be a text"):
        tercet.ask_all(api.client(), prompts, **MODEL)


def test_a_misspelt_argument_is_told(api):
    with pytest.raises(TypeError, match="tempertaure"):
        tercet.ask_all(api.client(), ["a"], tempertaure=1, **MODEL)
