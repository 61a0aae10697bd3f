"""Bytes in: connectors fetch them, readers turn them into text tables, inspection lists what else a file carries.

Judging what the tables hold is left to checks/ and redaction/.
"""
