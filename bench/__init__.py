"""Measured figures of the whole platform, printed with the machine they were measured on."""
