"""The API's responses as Models: messages and their blocks, usage, batches, models, files, errors."""
