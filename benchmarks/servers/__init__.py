"""The processes that answer: `floor`, `minimal` and `lab`, each run as `python -m`.

`process` starts them and tells them what to do. A server writes one line of JSON when it is ready,
then answers each line on its standard input with one, and ends with its standard input.
"""
