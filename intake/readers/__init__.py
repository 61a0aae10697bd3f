"""One module per kind of file. Each turns bytes into text tables and says where the sender sees each row."""
