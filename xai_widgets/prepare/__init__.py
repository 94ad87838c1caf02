"""A model and an input, made ready for each other."""

from xai_widgets.prepare.language import language_model, masked_model, subject_before
from xai_widgets.prepare.read import adapt, read_for
from xai_widgets.prepare.rows import RowSubject, row_subject, table_model
from xai_widgets.prepare.scorers import Subject, subject_of
from xai_widgets.prepare.text import is_passage, names_of_tokens, read_passage, read_span, unread_passage

__all__ = [
    "RowSubject",
    "Subject",
    "adapt",
    "is_passage",
    "language_model",
    "masked_model",
    "names_of_tokens",
    "read_for",
    "read_passage",
    "read_span",
    "row_subject",
    "subject_before",
    "subject_of",
    "table_model",
    "unread_passage",
]
