"""Rows become requests: by a function or a prompt, over what all have in common; each mistake is told with its row."""

from dataclasses import dataclass

import pytest

from tercet.toolkit.bulk.errors import BulkError
from tercet.toolkit.bulk.items import ItemResult
from tercet.toolkit.bulk.requests import RequestMaker, UnusableRowError, check_first
from tercet.toolkit.bulk.settings import check_concurrency, check_how, parse_budget, parse_deadline
from tercet.toolkit.bulk.sources import BadRow

ROW = {"text": "x"}
MODEL = {"model": "claude-haiku-4-5"}


@dataclass
class Label:
    label: str


def test_a_prompt_becomes_a_message_under_what_all_have_in_common():
    made = RequestMaker("Say {text}", None, {**MODEL, "system": "Be kind"}).make(4, ROW)
    assert (made.item, made.params) == (
        4,
        {**MODEL, "system": "Be kind", "max_tokens": 1024, "messages": [{"role": "user", "content": "Say x"}]},
    )
    assert (
        RequestMaker(lambda row: f"Say {row['text']}", None, MODEL).make(4, ROW).params["messages"]
        == made.params["messages"]
    )


def test_a_mapping_stands_over_the_common_part_and_a_retrys_model_over_both():
    maker = RequestMaker(lambda row: {"model": "b", "messages": []}, None, {"model": "a", "max_tokens": 5})
    assert maker.make(0, ROW).params == {"model": "b", "max_tokens": 5, "messages": []}
    maker.changed = {"model": "c"}
    assert maker.make(0, ROW).params["model"] == "c"


def test_an_answer_type_becomes_the_output_format():
    made = RequestMaker("{text}", Label, MODEL).make(0, ROW)
    assert made.params["output_config"]["format"]["schema"]["properties"].keys() == {"label"}
    own = RequestMaker(lambda row: {**MODEL, "output_format": Label, "messages": []}).make(0, ROW)
    assert own.params["output_config"] == made.params["output_config"]
    assert "output_format" not in own.params
    with pytest.raises(UnusableRowError, match="not both"):
        RequestMaker(lambda row: {**MODEL, "output_format": Label, "messages": []}, Label).make(0, ROW)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda row: row["missing"], "ask raised KeyError for row 3: 'missing'"),
        (lambda row: 1 / 0, "ask raised ZeroDivisionError for row 3"),
        (lambda row: None, "of row 3 it returned NoneType None"),
        (lambda row: "  ", "The prompt of row 3 is empty"),
        ("{other}", "Row 3 makes no request: the row has no field 'other'"),
    ],
)
def test_whatever_goes_wrong_with_a_row_is_told_with_its_number(ask, said):
    maker = RequestMaker(ask, None, MODEL)
    with pytest.raises(UnusableRowError, match=said):
        maker.make(2, ROW)
    failed = maker.result_of(2, ROW)
    assert isinstance(failed, ItemResult)
    assert (failed.item, failed.status, failed.nano) == (2, "failed", 0)


def test_a_prompt_without_a_model_is_told():
    with pytest.raises(UnusableRowError, match="nobody said model="):
        RequestMaker("{text}").make(0, ROW)


def test_a_bad_row_is_a_failure_that_says_why():
    assert RequestMaker("{text}").result_of(6, BadRow("it is ragged")).error.message == "Row 7: it is ragged."


@pytest.mark.parametrize("ask", [5, None, ["x"]])
def test_what_cannot_ask_is_refused(ask):
    with pytest.raises(BulkError, match="ask must be a function of a row"):
        RequestMaker(ask)


def test_an_answer_that_cannot_be_asked_for_is_refused():
    with pytest.raises(BulkError, match="cannot be asked for"):
        RequestMaker("x", print)


def test_the_first_request_is_checked_by_the_client_before_anything_is_sent():
    check_first(RequestMaker("{text}", None, MODEL).make(0, ROW))
    check_first(RequestMaker("{text}", None, {**MODEL, "betas": ["x-1"]}).make(0, ROW))
    with pytest.raises(BulkError, match=r"The request of row 1 cannot be sent: .*tempertaure"):
        check_first(RequestMaker("{text}", None, {**MODEL, "tempertaure": 1}).make(0, ROW))
    with pytest.raises(BulkError, match="cannot be sent"):
        check_first(RequestMaker(lambda row: {**MODEL, "messages": []}).make(0, ROW))


def test_what_can_be_read_only_once_is_sent_as_often_as_needed():
    made = RequestMaker(
        lambda row: {**MODEL, "max_tokens": 1, "messages": ({"role": "user", "content": c} for c in "ab")}
    ).make(0, ROW)
    assert made.encoded() == made.encoded()
    assert len(made.params["messages"]) == 2


@pytest.mark.parametrize(("given", "seconds"), [(None, None), (90, 90), ("6h", 21600), ("90min", 5400), ("1h30m", 5400), ("2 d", 172800), ("0.5h", 1800), ("45s", 45)])  # fmt: skip
def test_deadlines_are_seconds_or_words(given, seconds):
    assert parse_deadline(given) == seconds


@pytest.mark.parametrize(
    "given", ["", "h", "6 hours", "tomorrow", 0, -5, True, float("nan"), float("inf"), "0s", "1h x", []]
)
def test_what_is_no_deadline_is_told(given):
    with pytest.raises(BulkError, match="deadline must be"):
        parse_deadline(given)


@pytest.mark.parametrize("given", ["five", -1, True, [], float("nan")])
def test_what_is_no_budget_is_told(given):
    with pytest.raises(BulkError, match="budget must be"):
        parse_budget(given)


def test_a_budget_is_whole_nano_dollars():
    assert (parse_budget(5), parse_budget("0.5"), parse_budget(None)) == (5 * 10**9, 5 * 10**8, None)


@pytest.mark.parametrize("given", ["fast", 1, ""])
def test_what_is_no_way_is_told(given):
    with pytest.raises(BulkError, match="how must be"):
        check_how(given)


@pytest.mark.parametrize("given", [0, -1, True, 1.5, 10**6, "5"])
def test_what_is_no_number_of_requests_is_told(given):
    with pytest.raises(BulkError, match="max_concurrency must be"):
        check_concurrency(given)
