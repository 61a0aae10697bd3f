"""The console's web side. Today: a bare, read-only Django admin behind a login; it holds pages and no rules."""
