"""Which of a tokenizer's tokens are whole words, and which stands for a word that is hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xai_widgets.text import words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

BEGINS = ("\u0120", "\u2581")
"""Put before tokens that begin a word, by byte-level and by SentencePiece tokenizers."""

GOES_ON, ENDS = "##", "</w>"
"""Before tokens that go on with a word (WordPiece), after those that end one."""

SHARE = 0.02
"""A mark that so many tokens have is the tokenizer's way of marking, and not somebody's text."""


def mask_of(tokenizer: Any) -> tuple[int, str] | None:
    """Find the token that stands for a hidden word: its number and how it is spelt.

    A ``tokenizers.Tokenizer`` does not say which it is: there it is the special token that is named so, such as
    ``[MASK]``, ``<mask>`` or ``<|mask|>``.

    Parameters
    ----------
    tokenizer : object
        Of transformers, or a ``tokenizers.Tokenizer``.

    Returns
    -------
    (int, str) or None
        None where it has none.
    """
    spelt, number = getattr(tokenizer, "mask_token", None), getattr(tokenizer, "mask_token_id", None)
    if spelt and number is not None:
        return int(number), str(spelt)
    added: Mapping[int, Any] = getattr(tokenizer, "get_added_tokens_decoder", dict)()
    special = ((i, one.content) for i, one in added.items() if one.special)
    return next(((i, one) for i, one in special if _letters(one) == "mask"), None)


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, text)).casefold()


def whole_words(tokenizer: Any) -> list[str | None]:
    """Spell the tokens that are words by themselves.

    Parameters
    ----------
    tokenizer : object
        Of transformers, or a ``tokenizers.Tokenizer``.

    Returns
    -------
    list of str or None
        By the tokens' numbers; None for parts of words, signs, and marks that the tokenizer adds.
    """
    raw = _raw(tokenizer)
    begun = sum(one.startswith(BEGINS) for one in raw) > SHARE * len(raw)
    ended = sum(one.endswith(ENDS) for one in raw) > SHARE * len(raw)
    special = set(getattr(tokenizer, "all_special_ids", None) or ())
    found: list[str | None] = []
    for i, one in enumerate(raw):
        marked = (one.startswith(BEGINS) or not begun) and (one.endswith(ENDS) or not ended)
        if i in special or not marked or one.startswith(GOES_ON):
            found.append(None)
            continue
        body = one.removesuffix(ENDS).lstrip("".join(BEGINS))
        # Byte-level tokenizers spell bytes, which are letters where they are ASCII.
        word = body if body.isascii() else str(tokenizer.decode([i])).strip()
        found.append(word if _is_word(word) else None)
    return found


def _raw(tokenizer: Any) -> Sequence[str]:
    single: Callable[[int], Any] | None = getattr(tokenizer, "id_to_token", None)
    if single is not None:
        return [str(single(i) or "") for i in range(tokenizer.get_vocab_size())]
    return [str(one or "") for one in tokenizer.convert_ids_to_tokens(list(range(len(tokenizer))))]


def _is_word(word: str) -> bool:
    if not any(character.isalpha() for character in word):
        return False
    # A Latin letter alone is a part of words, but for two.
    return next(words(word)) == (0, len(word)) and (len(word) > 1 or not word.isascii() or word in "aI")
