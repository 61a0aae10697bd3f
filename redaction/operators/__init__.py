"""What a declared redaction does to one value; one small file for each family.

Each operator maps a text to a text and its own output to itself. Blank texts stay as they are, and what an operator can't
read becomes None: the cell is emptied and counted, never passed on. Which field gets which operator is the contract's
affair (declared.py carries it out); labels inside kept texts are left to lens.py.
"""
