"""From a request's JSON to the message that answers it, whatever brought the request. Knows no HTTP.

message_service.py  checks, answer, usage: the one way     request.py       a request with its circumstances
responder.py        who answers: one small interface       events.py        a message cut into stream events
fallbacks.py        other models in a refused one's place  fallback_credit.py  what a retry of a refusal costs less
transformations.py  thinking of other conversations        context_editing.py  what the model sees of a long one
model_facts.py      the catalog's facts as a model is served
"""
