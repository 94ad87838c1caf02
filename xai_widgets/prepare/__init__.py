"""A model and an input, made ready for each other."""

from xai_widgets.prepare.read import adapt, read_for
from xai_widgets.prepare.scorers import Subject, language_model, masked_model, subject_of

__all__ = ["Subject", "adapt", "language_model", "masked_model", "read_for", "subject_of"]
