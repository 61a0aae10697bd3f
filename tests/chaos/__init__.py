"""Publishing under faults: real processes killed and stopped, a wire that breaks, a disk that is full, an anonymous watcher.

`make chaos` runs it whole; a short slice is in the test suite (tests/integration/catalog/test_chaos.py).
"""
