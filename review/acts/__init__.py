"""The acts of the desk, one file per part of a release's life. Every public function here writes, and is offered to
callers by review/desk.py; reading is left to review/queries.py."""
