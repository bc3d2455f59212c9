"""The plan of a submission, as tables of steps: what it does, what it is answered, how it ends."""

import pytest

from tercet.toolkit.bulk.batch_submission import (
    PAUSES,
    SKEW_SECONDS,
    WATCH_SECONDS,
    BatchFound,
    BatchLost,
    ListBatches,
    ListedBatch,
    PauseFor,
    ReadNonce,
    SendBody,
    SubmissionMade,
    SubmissionRefused,
    SubmissionUnclear,
    TellOf,
    submission,
)

NONCE, AT = "3f2a9c10", 1_000_000.0
LIST = ListBatches(AT - SKEW_SECONDS)


def batch(name, requests=7, ended=True):
    return ListedBatch(name, requests, AT + 1, ended)


def looks(*answers):
    """The looks that are made where each finds these batches: a pause before each but the first."""
    steps = []
    for pause, found in zip(PAUSES, answers, strict=False):
        steps += [(PauseFor(pause), None)] * (pause > 0) + [(LIST, found)]
    return steps


NOTHING = looks([], [], [], [])
FOREIGN = [(LIST, [batch("other")]), (ReadNonce("other"), "ffffffff")]
TABLE = {
    "the answer came": (True, [(SendBody(), SubmissionMade("b1"))], BatchFound("b1", adopted=False)),
    "it was refused, and is sent again after the pause": (
        True,
        [(SendBody(), SubmissionRefused(9.0)), (PauseFor(9.0), None), (SendBody(), SubmissionMade("b1"))],
        BatchFound("b1", adopted=False),
    ),
    "the answer was lost, and the batch is there": (
        True,
        [(SendBody(), SubmissionUnclear()), (LIST, [batch("b1")]), (ReadNonce("b1"), NONCE)],
        BatchFound("b1", adopted=True),
    ),
    "the answer was lost, and there is no batch": (True, [(SendBody(), SubmissionUnclear()), *NOTHING], BatchLost()),
    "a process that died had made it": (
        False,
        [(LIST, [batch("b1")]), (ReadNonce("b1"), NONCE)],
        BatchFound("b1", adopted=True),
    ),
    "a process that died had not made it": (False, NOTHING, BatchLost()),
    "it shows at the second look": (
        False,
        [*looks([], [batch("b1")]), (ReadNonce("b1"), NONCE)],
        BatchFound("b1", adopted=True),
    ),
    "a batch of another number is not ours": (False, looks(*[[batch("b1", requests=8)]] * 4), BatchLost()),
    "a batch of another shard of ours is left alone": (False, looks(*[[batch("owned")]] * 4), BatchLost()),
    "a batch of somebody else is read once": (
        False,
        [*FOREIGN, *looks([], *[[batch("other")]] * 3)[1:]],
        BatchLost(),
    ),
    "a batch that runs is waited for, and is ours": (
        False,
        [
            (LIST, [batch("b1", ended=False)]),
            (PauseFor(WATCH_SECONDS), None),
            (LIST, [batch("b1", ended=False)]),
            (PauseFor(WATCH_SECONDS), None),
            (LIST, [batch("b1")]),
            (ReadNonce("b1"), NONCE),
        ],
        BatchFound("b1", adopted=True),
    ),
    "a batch that runs is waited for, and is not ours": (
        False,
        [
            (LIST, [batch("other", ended=False)]),
            (PauseFor(WATCH_SECONDS), None),
            *FOREIGN,
            *looks([], *[[batch("other")]] * 3)[1:],
        ],
        BatchLost(),
    ),
    "of two the elder is taken, and the other told": (
        False,
        [
            (LIST, [batch("b2"), batch("b1")]),
            (ReadNonce("b1"), NONCE),
            (ReadNonce("b2"), NONCE),
            (TellOf("The batch b2 was made of the same requests as b1: it is left unread."), None),
        ],
        BatchFound("b1", adopted=True),
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_a_submission_takes_these_steps(name):
    fresh, steps, ending = TABLE[name]
    plan = submission(NONCE, 7, AT, fresh=fresh, owned={"owned"})
    answer = None
    for step, coming in steps:
        assert plan.send(answer) == step
        answer = coming
    with pytest.raises(StopIteration) as ended:
        plan.send(answer)
    assert ended.value.value == ending


@pytest.mark.parametrize("name", TABLE)
def test_nothing_is_sent_after_an_unclear_submission_by_the_same_try(name):
    _, steps, _ = TABLE[name]
    sent = [answer for step, answer in steps if step == SendBody()]
    assert all(isinstance(answer, SubmissionRefused) for answer in sent[:-1])
