"""Tokenizers made here: none is downloaded."""

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

CORPUS = ["a warm funny film", "a dull film without jokes", "unlikely unlike likes", "café naïve 你好 👍"] * 3
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
PIECES = [
    *"acdefhijklmnorstuvwy你好👍",
    *(f"##{letter}" for letter in "aefhiklmnorstuvy"),
    *[
        "##fe",
        "##ike",
        "##iv",
        "##ke",
        "##kes",
        "##like",
        "##ll",
        "##lm",
        "##ly",
        "##nn",
        "##ou",
        "##out",
        "##rm",
        "##th",
    ],
    *[
        "ca",
        "cafe",
        "du",
        "dull",
        "fi",
        "film",
        "fu",
        "funn",
        "funny",
        "jo",
        "jokes",
        "like",
        "likes",
        "na",
        "naiv",
        "naive",
    ],
    *["un", "unlike", "unlikely", "wa", "warm", "wi", "with", "without"],
]
"""Written down: the trainer of such pieces breaks ties by chance, so each process would have another vocabulary."""


def wordpiece():
    """Words in parts, without case and accents, between two marks: as BERT's."""
    vocabulary = {piece: place for place, piece in enumerate([*SPECIAL, *PIECES])}
    made = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    made.add_special_tokens(SPECIAL)
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[(name, made.token_to_id(name)) for name in ("[CLS]", "[SEP]")]
    )
    return made


def byte_level():
    """Parts of words made of bytes: as GPT-2's."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.train_from_iterator(
        CORPUS,
        trainers.BpeTrainer(vocab_size=300, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False),
    )
    made.post_processor = processors.ByteLevel(trim_offsets=True)
    from tokenizers import decoders  # noqa: PLC0415

    made.decoder = decoders.ByteLevel()
    return made


def fast(made, **options):
    """The same as transformers gives it."""
    marks = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    known = {key: name for key, name in marks.items() if made.token_to_id(name) is not None}
    return PreTrainedTokenizerFast(tokenizer_object=made, **known, **options)


class Slow:
    """A tokenizer without offsets, around one that has them."""

    is_fast = False

    def __init__(self, inner):
        self.inner, self.all_special_ids = inner, inner.all_special_ids
        self.unk_token_id, self.model_max_length = inner.unk_token_id, inner.model_max_length

    def __call__(self, text, *, return_offsets_mapping, **options):
        assert not return_offsets_mapping
        return self.inner(text, **options)

    def __len__(self):
        return len(self.inner)

    def decode(self, ids):
        return self.inner.convert_ids_to_tokens(ids)[0]

    def convert_ids_to_tokens(self, ids):
        return self.inner.convert_ids_to_tokens(ids)
