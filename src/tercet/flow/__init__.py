"""Carries out a call. Everything that decides is a plan (a generator that yields effects and receives outcomes as
values); two small drivers act. Knows HTTP and errors, nothing about messages.

    effects.py   what a plan may ask for                    drivers.py       run and arun: the only code that acts
    retry.py     with_retries: what is sent again, and when retry_budget.py  what pays for retries
    billing.py   how far it got, whether it is billed       errors.py        outcome -> exception, once, at the edge
    first_content.py  streams, up to their first content    body.py          bodies with a beginning put back, or metered
    breaker.py   circuits, and an attempt under one         events.py        what happens, as frozen values
    fallback.py  other models, with fitted parameters
    limits.py    what stands before each attempt: budgets, then rate limiters
    pace.py      turns under a rate limit                   reservation.py   one attempt's, in a store
    budget.py    hard limits on money and tokens            budget_reservation.py  one attempt's, in a store
    accounts.py  what is spent and reserved, by period
    kinds.py     requests by what they cost                 estimate.py      what a request may use
    usage.py     what an answer used
    store/       where limits are kept: this process, a file, a Redis server
    daemon_threads.py  plain functions beside an event loop
"""
