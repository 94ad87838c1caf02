"""What the package does inside a Jupyter server; it needs neither torch nor the rest of the package."""
