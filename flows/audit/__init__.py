"""`mingjing audit`: what a foreign catalogue already shows, read as any visitor may and scanned like a department's file.

Nothing is written there and nothing of a cell is kept here: kinds, counts and places alone.
"""
