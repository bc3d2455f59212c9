"""Where a call goes when it does not go to the Claude API itself: what a platform changes in a request, what it lacks, and
how its bytes become the API's again. Knows requests and credentials, nothing about clients.

    place.py      Platform: what each of them is         capabilities.py  what they lack, as data
    bedrock.py    Amazon Bedrock                         signing.py       SigV4, by botocore
    vertex.py     Google Vertex AI                       google_tokens.py tokens, by google-auth
    foundry.py    Microsoft Foundry                      eventstream.py   Amazon's frames -> server-sent events
    signed_api.py    the API on Amazon's side            token_providers.py  tokens of a function of one's own
    google_cloud.py  the API behind Google Cloud         sending.py       a transport that authorises each attempt
"""
