"""What the server remembers between requests, in memory, and in SQLite with `--data`. Knows no HTTP."""
