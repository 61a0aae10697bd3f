"""The story: a file comes in, is read, checked, redacted, reviewed, published, inspected, withdrawn.

Flows carry values between the crafts and wire their ports; they are Prefect's only door, and the command line's home.
What a check, a redaction or a decision *is* is left to the crafts.
"""
