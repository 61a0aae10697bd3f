"""One module for each kind of identifier; a new one is a new file here, an entry in rules/personal.yaml and a test table.

A module holds ENTITY (the pack's id in upper case), PATTERNS (name, regular expression, score of the bare shape),
PREFILTER (Rust syntax, no look-around, a superset of the patterns on raw text), CONTEXT (words that speak for it) and
`made_up(draw)`, an invented example from which canaries are built. Optional: SCORE and `is_valid(text)` where a check
digit exists, `is_possible(text)` where a shape can be ruled out, PREFILTER_IN_CONTEXT for what is looked for only
under a fitting header or beside a fitting word. Patterns see normalised text, ignore case, use ASCII look-arounds and
never `\\b` or `\\w`, which count Han characters as word characters.
"""
