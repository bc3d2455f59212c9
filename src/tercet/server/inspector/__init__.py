"""The inspector: a page at `/_tercet/` that shows requests as they come. There only where the server was asked for it.

views.py    an entry of the journal as the page gets it     live.py     what happens, as server-sent events
replay.py   a request as curl and as Python                 pages.py    the routes, and what browsers may do on them
page/       the page itself: plain HTML, CSS and JavaScript, nothing from elsewhere
"""
