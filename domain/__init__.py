"""The words everyone in this house speaks: frozen, typed, no I/O. What is done with them is left to the crafts."""
