"""Bytes of a stream to events, events to a message: fed, linear, and lazy."""
