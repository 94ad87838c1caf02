"""A model and an input, made ready for each other."""

from xai_widgets.prepare.read import adapt, read_for

__all__ = ["adapt", "read_for"]
