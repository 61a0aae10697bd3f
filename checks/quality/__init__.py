"""Quality: a contract's constraints and checks, run by Great Expectations (its only door) on DuckDB over a typed table.

`run.py` is the way in; `previous.py` compares with the last edition, `formula.py` looks for cells a spreadsheet would
execute, `suite.py` can say every check in words.
"""
