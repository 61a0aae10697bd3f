"""The HTML reports of `mingjing scan`, `mingjing redact` and `mingjing audit`: kinds, counts, places and the coverage certificate; no value.

One file that needs nothing else: no script, no picture, no font, no address. What is told is left to facts.py, the words to
words.py, the look to report.css.
"""
