"""Stores that the server keeps between requests, in memory, and in SQLite with `--data`. Knows no HTTP."""
