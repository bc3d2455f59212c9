"""Counts of what a request holds and costs in tokens: texts, images, PDFs, and what the prompt cache had of it."""
