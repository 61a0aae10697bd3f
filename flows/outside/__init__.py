"""The publishing side of two networks: what it published and until when, what is due there, and who may take it down."""
