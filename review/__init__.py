"""The room of people: who may decide, what was decided, and the ledger that proves it. Checking, redacting, storing and
publishing are left to the other rooms; pages beyond the bare admin to review/console."""
