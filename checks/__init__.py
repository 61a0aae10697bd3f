"""What is true of a table, said as findings: quality, secrecy, disclosure, timeliness. Pure: tables, contract, packs and
clock in, records out. Removing or replacing what was found is left to redaction/, stopping a release to review/.
"""
