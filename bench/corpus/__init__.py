"""The planted corpus: invented identifiers in every disguise, and innocent texts that look like them.

Written from the standards alone: nothing here imports a recogniser or what the recognisers share, so that a wrong
check digit or a forgotten disguise on either side shows as a difference. bench/accuracy.py feeds it to the scanner.
"""
