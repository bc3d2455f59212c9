"""Moves bytes: the only room with sockets, TLS, threads and event loops. Knows nothing about the Claude API.

  base.py      the small interface: send(request) -> Reply | Lost; a stream's read() -> bytes | None | Lost
  choice.py    which transport a client gets; pools shared by settings and counted
  blocking.py  HTTP/1.1 over sockets in this thread      awaiting.py  the same in an event loop, over wires.py
  portable.py  an httpx or httpx2 client object          memory.py    a function as transport
what both worlds share, without any I/O:
  exchange.py  one request and its response    http1.py   the parser         decoding.py  content-encodings, capped
  places.py    URLs taken apart                proxies.py the environment    faults.py    exceptions -> Lost
"""
