"""The API's resources: what can be asked of messages, batches, files and models. Each describes calls; none sends."""
