"""Made-up department files with planted faults, and the truth about them, for the demo and for tests.

Everything here is invented: the city, its offices, its people and their numbers. Nothing of the scanner is used to
make the numbers, so that a fault of the one can't hide in the other.
"""
