"""Types and JSON schemas, of answers and of tools. Sends nothing.

types.py      a type -> its JSON schema, and values read from JSON text
transform.py  a JSON schema -> the part of JSON Schema that the API answers in
answers.py    an output format: what to send for it, and an answer's text -> its data
"""
