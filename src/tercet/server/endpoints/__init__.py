"""Handlers of each path of the API. A handler reads the request, asks the rooms beside it, and writes the response."""
