"""What the API sends, as Models: messages and their blocks, usage, batches, models, files, errors."""
