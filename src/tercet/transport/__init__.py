"""Moves bytes: the only room with sockets, TLS, threads and event loops. Knows nothing about the Claude API.

  base.py             the interface: send(request) -> Reply | Lost; a stream's read() -> bytes | None | Lost
  factory.py          the transport that a client gets; pools shared by clients with equal settings
  sync_transport.py   HTTP/1.1 in this thread, over sync_pool.py
  async_transport.py  the same in an event loop, over async_pool.py, async_socket.py and waiter.py
  httpx_client.py     an httpx or httpx2 client object as transport
  memory.py           a function as transport
without any I/O, for both worlds:
  exchange.py  one request and its response    http1.py             the parser    decoding.py  content-encodings, capped
  origin.py    URLs and proxies taken apart    deadline.py          time left     errors.py    exceptions -> Lost
  sockets.py   options, forks                  idle_connections.py  and users     tls.py       contexts and records
"""
