"""One module for each kind of identifier; the folder is walked, nothing is registered.

A module says what the number is, which authority gives it, and shows made-up examples as doctests. It has

- `ENTITY`: the personal pack's id in upper case; several modules may share one.
- `PATTERNS`: (name, regex, score) as Presidio takes them: case ignored, run on normalised text (normalise.py). Explicit
  ASCII look-arounds, for `\\b` and `\\w` count Chinese characters; digits alone are excluded beside digits.
- `PREFILTER`: Rust syntax without look-arounds; matches every cell that holds a hit of the module. None where every shape
  counts under a fitting header or beside a fitting word only.
- `PREFILTER_IN_CONTEXT` (optional): the same for shapes that count in context only.
- `COARSE` (optional, PREFILTER): terms of the first sieve over all cells, Rust syntax, each a superset too. Keep them few,
  shared (shapes.LONG_NUMBER) and blind to which digit stands where: the union of all must stay a small automaton.
- `SIEVE` (optional): the sieve that its coarse terms go into; terms that multiply each other's states are kept apart.
- `is_blind(outline)` (optional, with `is_possible` or `is_valid`): whether those say the same of all texts that differ from
  the outline in their digits only (they are 0 there).
- `whole(digits)` (optional): class of each cell of digits alone (cells × width, 0–9, 10 for an X in the last place), such
  that what the module says of a cell depends on its class only; -1 where it can't tell.
- `CONTEXT`: words of headers and neighbours that speak for it; the pack adds its own.
- `SCORE` (optional, 1.0): the score of a hit with a right check digit, `is_valid(text)` (optional): that check, on the
  text as it stands in the cell, `is_possible(text)` (optional): False throws the hit away.
- `made_up(draw)`: an invented example for the canary; `made_up_head(draw)`, `made_up_tail(draw)` (optional): what must
  stand before or behind it to be found, a word of the context for instance.
"""
