"""The demonstration: made-up department files (samples/) and the story that takes them through the whole road."""
