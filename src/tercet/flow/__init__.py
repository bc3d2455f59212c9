"""Carries out a call. Everything that decides is a plan (a generator that yields effects and receives outcomes as
values); two small drivers act. Knows HTTP and errors, nothing about messages.

    effects.py   what a plan may ask for                    drive.py     run and arun: the only code that acts
    daemon_threads.py  functions in threads that no exit waits for
    retry.py     with_retries: what is sent again, and when endings.py   outcome -> exception, once, at the edge
    phases.py    how far it got, whether it is billed       quota.py     what pays for retries
    opening.py   streams, up to their first content         rewound.py   and their beginning read again
    breaker.py   a circuit and its states                   circuits.py  which circuit a call belongs to
    guarding.py  an attempt under a circuit
    fallback.py  other models, with fitted parameters       details.py   what happens, as frozen values
    observing.py who watches attempts
    admission.py what stands before each attempt: money, then turns
    pace.py      turns under a rate limit                   turns.py     one attempt's, in a store
    budget.py    hard limits on money and tokens            money.py     one attempt's reservations in them
    estimate.py  what a request may use                     usage.py     what an answer used
    shared_state/  where limits are kept: this process, a file, a Redis server
"""
