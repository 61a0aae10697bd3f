"""One module per kind of source. Each streams its bytes into the store; none looks into them."""
