"""The console's pages, one module for each thing that people come for. Views read through queries and act through desk."""
