"""HTTP/1.1 as this server speaks it. Knows connections, requests and responses; no path, no key and no message.

head.py      bytes -> a request's head          connection.py   one connection: requests in, answers out, in turn
chunked.py   bytes -> a body sent in chunks     stepping.py     runs an answer at once, in a task only if it waits
incoming.py  a request's body as it comes       outgoing.py     the response as it goes out
host.py      the event loop, the port and every connection
"""
