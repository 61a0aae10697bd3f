"""One independent counter per kind of file. None of them shares code with the readers."""
