"""What answers each path of the API: reads the request, asks the rooms beside it, and writes the response."""
