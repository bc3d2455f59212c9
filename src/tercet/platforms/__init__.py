"""The platforms that a call may go to instead of the Claude API itself: what a platform changes in a request, what it lacks, and
how its bytes become the API's again. Knows requests and credentials, nothing about clients.

    base.py          Platform: what each of them is        transport.py        a transport that authorises each attempt
    bedrock.py       Amazon Bedrock                        capabilities.py     what they lack, as data
    signed_api.py    the API on Amazon's side              aws_credentials.py  SigV4, by botocore
    vertex.py        Google Vertex AI                      google_tokens.py    tokens, by google-auth
    google_cloud.py  the API behind Google Cloud           eventstream.py      Amazon's frames -> server-sent events
    foundry.py       Microsoft Foundry
"""
