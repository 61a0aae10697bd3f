"""`python -m flows.cli` is the command `mingjing`."""

from flows.cli import main

main()
