"""From what callers give to the JSON of a request: sentinels, checks of arguments, files, plain values, the body."""
