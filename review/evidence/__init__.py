"""Evidence bundles: one zip per release that proves, offline and years later, what was checked, who decided and that
nothing was changed since. export.py makes one, verify.py checks one, register.py prints the form inside."""
