"""HTTP responses instead of objects: `with_raw_response` and `with_streaming_response`."""
