"""The journal of requests and answers, without credentials: for assertions, the inspector, and the disk."""
