"""The one place in Python that names the version; package.json names the same, and a test compares them."""

__version__ = "0.1.0"
