"""Answers of a type: the schema that is asked for, and the value that the answer's text comes to."""
