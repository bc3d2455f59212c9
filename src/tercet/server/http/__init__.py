"""HTTP/1.1 as this server speaks it. Knows connections, requests and responses; no path, no key and no message.

parser.py    bytes -> heads and chunked bodies          connection.py   one connection: requests in, answers out, in turn
transfer.py  bodies as they come, responses as they go  bodies.py       whole bodies: compressed ones, and forms
listener.py     the event loop and the port
"""
