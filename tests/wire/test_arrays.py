"""Arrays keep what the protocol promises of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from xai_widgets.wire import LIMIT, Message, decode, encode
from xai_widgets.wire.arrays import coarser

FLOATS = hnp.arrays(
    dtype=st.sampled_from([np.float16, np.float32, np.float64]),
    shape=hnp.array_shapes(min_dims=0, max_dims=3, max_side=6),
)


@given(FLOATS)
def test_codes_are_within_half_a_step_and_the_ends_exact(array):
    meta, data = encode(array)
    back = decode(meta, data)
    finite = np.isfinite(array)
    assert back.shape == array.shape
    assert np.isnan(back[~finite]).all()
    lo, hi = meta["lo"], meta["hi"]
    assert np.isfinite([lo, hi]).all()
    values = array[finite].astype(np.float64)
    if values.size:
        assert (lo, hi) == (values.min(), values.max())
        half = (hi / 65534 - lo / 65534) / 2
        eps = 4 * np.finfo(np.float64).eps * max(abs(lo), abs(hi)) + 1e-322
        assert (np.abs(back[finite] / 2 - values / 2) <= half / 2 + eps).all()
        assert back[finite].min() == lo
        assert back[finite].max() == hi


@given(FLOATS)
def test_in_8_bits_they_are_within_half_a_coarse_step_and_the_ends_exact(array):
    exact, data = encode(array)
    meta, small = coarser(exact, data)
    assert small.nbytes == array.size == data.nbytes / 2
    back, fine = decode(meta, small), decode(exact, data)
    np.testing.assert_array_equal(np.isnan(back), np.isnan(fine))
    finite = np.isfinite(array)
    if finite.any():
        step = meta["hi"] / 254 - meta["lo"] / 254
        assert (np.abs(back[finite] / 2 - fine[finite] / 2) <= step / 4 * (1 + 1e-9) + 1e-322).all()
        assert (back[finite].min(), back[finite].max()) == (meta["lo"], meta["hi"])


@given(hnp.arrays(np.float32, hnp.array_shapes(max_side=6)))
def test_floats_arrive_bit_for_bit(array):
    meta, data = encode(array, "<f4")
    assert decode(meta, data).tobytes() == array.tobytes()
    assert set(meta) == {"v", "dtype", "shape"}


@given(hnp.arrays(np.uint8, hnp.array_shapes(max_side=6)))
def test_pictures_arrive_as_they_are(array):
    assert (decode(*encode(array, "|u1")) == array).all()


@pytest.mark.parametrize("dtype", ["<u2", "<f4"])
def test_memory_order_does_not_matter(dtype):
    array = np.arange(24, dtype=">f4").reshape(4, 6)
    for view in (array.T, array[::2, ::-1], np.asfortranarray(array), array[:, 2]):
        assert (decode(*encode(view, dtype)) == decode(*encode(view.astype(np.float64), dtype))).all()


def test_what_needs_no_change_is_not_copied():
    array = np.arange(6, dtype="<f4")
    _, data = encode(array, "<f4")
    assert np.shares_memory(np.frombuffer(data, np.uint8), array)


@pytest.mark.parametrize(
    ("array", "dtype"),
    [
        (np.array([1j]), "<u2"),
        (np.array(["a"]), "<u2"),
        (np.array([None]), "<f4"),
        (np.array([2**24 + 1]), "<f4"),
        (np.array([1e300]), "<f4"),
        (np.array([0.5]), "|u1"),
        (np.array([1], np.int64), "|u1"),
        (np.array([-1]), "<u4"),
        (np.array([2**32]), "<u4"),
        (np.array([1.0]), "<u4"),
    ],
)
def test_what_would_lose_is_refused(array, dtype):
    with pytest.raises(TypeError, match="cannot be sent as"):
        encode(array, dtype)


def test_an_empty_array_is_refused():
    with pytest.raises(ValueError, match=r"empty array cannot be sent, got shape \(0, 3\)"):
        encode(np.zeros((0, 3)))


def test_a_message_collects_its_buffers():
    message = Message("map", id=3, values=None)
    message.add("values", np.eye(2), "<u2").add("picture", np.zeros((1, 1, 3), np.uint8), "|u1")
    assert message.content["kind"] == "map"
    assert [message.content[name]["buffer"] for name in ("values", "picture")] == [0, 1]
    assert [one.nbytes for one in message.buffers] == [8, 3]
    assert (decode(message.content["values"], message.buffers[0]) == np.eye(2)).all()


def test_a_message_stays_under_its_limit():
    message = Message("map").add("a", np.zeros(LIMIT, np.uint8), "|u1")
    with pytest.raises(ValueError, match="must stay within 1000000 bytes, this one \\(map\\) has 1000001"):
        message.add("b", np.zeros(1, np.uint8), "|u1")
