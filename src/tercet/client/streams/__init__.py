"""Streamed answers as callers read them: raw events, the helper's events and texts, lines of JSON."""
