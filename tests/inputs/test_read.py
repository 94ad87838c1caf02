import io

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from xai_widgets.inputs import Inputs, read_inputs

RED = (255, 0, 0)


def tensor(im):
    return torch.from_numpy(np.atleast_3d(np.array(im))).permute(2, 0, 1).float() / 255


def saved(picture, path, **options):
    picture.save(path, **options)
    return path


# ---- pictures ----


def test_picture_without_preprocess_is_scaled_and_says_so(read, photo):
    picture = photo(40, 30)
    inputs = read(picture)
    assert inputs.kind == "image"
    assert inputs.grid == (30, 40)
    torch.testing.assert_close(inputs.x, tensor(picture))
    assert inputs.region == (0, 0, 40, 30)
    assert inputs.photo_size == (40, 30)
    assert "preprocess=" in inputs.notes[0]
    np.testing.assert_array_equal(inputs.view(), np.array(picture))
    np.testing.assert_array_equal(inputs.photo, np.array(picture))


@pytest.mark.parametrize(
    "given", [str, lambda path: path, lambda path: path.read_bytes()], ids=["str", "Path", "bytes"]
)
def test_files(read, photo, tmp_path, given):
    path = saved(photo(40, 30), tmp_path / "photo.png")
    assert read(given(path)).grid == (30, 40)


def transparent(mode):
    rgba = Image.new("RGBA", (4, 3), (255, 0, 0, 0))
    rgba.putpixel((1, 1), (0, 0, 255, 255))
    return rgba.convert(mode)


def indexed():
    picture = Image.new("P", (4, 3), 0)
    picture.putpalette([255, 0, 0, 0, 0, 255])
    picture.putpixel((1, 1), 1)
    picture.info["transparency"] = 0
    return picture


@pytest.mark.parametrize(
    "make", [lambda: transparent("RGBA"), lambda: transparent("RGBa"), indexed], ids=["RGBA", "RGBa", "P"]
)
def test_what_is_transparent_is_white(read, make):
    view = read(make()).view()
    assert view[0, 0].tolist() == [255, 255, 255]
    assert view[1, 1].tolist() == [0, 0, 255]


@pytest.mark.parametrize(
    ("mode", "channels"),
    [
        ("1", 1),
        ("L", 1),
        ("LA", 1),
        ("P", 3),
        ("CMYK", 3),
        ("YCbCr", 3),
        ("HSV", 3),
        ("LAB", 3),
        ("RGBX", 3),
        ("I", 1),
        ("F", 1),
        ("I;16", 1),
        ("I;16B", 1),
    ],
)
def test_modes(read, mode, channels):
    if mode == "I;16B":
        picture = Image.frombytes(mode, (4, 3), b"\xff\xff" * 12)
    elif mode == "I;16":
        picture = Image.fromarray(np.full((3, 4), 65535, np.uint16))
    elif mode == "LAB":
        picture = Image.new("LAB", (4, 3), (255, 128, 128))
    elif mode == "HSV":
        picture = Image.new("HSV", (4, 3), (0, 0, 255))
    else:
        picture = Image.new("L", (4, 3), 255).convert("RGB" if mode in ("YCbCr", "RGBX", "CMYK") else "L").convert(mode)
    inputs = read(picture)
    assert inputs.x.shape == (channels, 3, 4)
    assert inputs.x.min() > 0.98


def test_exif_rotation(read, photo, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn by a quarter, clockwise
    path = saved(photo(40, 30), tmp_path / "phone.jpg", exif=exif)
    assert Image.open(path).size == (40, 30)
    inputs = read(path, tensor)
    assert inputs.grid == (40, 30)
    assert inputs.photo.shape == (40, 30, 3)
    assert inputs.photo_size == (30, 40)


ramp = np.linspace(0, 1, 60).reshape(4, 5, 3)


@pytest.mark.parametrize(
    "pixels",
    [
        (ramp * 255).round().astype(np.uint8),
        (ramp * 65535).round().astype(np.uint16),
        ramp.astype(np.float32),
        ramp.astype(np.float16),
        ramp * 255,
        (ramp * 255).round().astype(np.int64),
        np.moveaxis(ramp, -1, 0),
        torch.from_numpy(ramp).permute(2, 0, 1),
        torch.from_numpy(ramp).permute(2, 0, 1).bfloat16(),
        np.asfortranarray(ramp)[::-1][::-1],
        ramp.astype(">f4"),
    ],
    ids=[
        "uint8",
        "uint16",
        "float32",
        "float16",
        "0..255",
        "int64",
        "CHW",
        "tensor",
        "bfloat16",
        "strides",
        "big endian",
    ],
)
def test_arrays_with_a_preprocess_are_pictures(read, pixels):
    inputs = read(pixels, lambda im: tensor(im) * 2 - 1)
    assert inputs.x.shape == (3, 4, 5)
    torch.testing.assert_close(inputs.pixels, torch.from_numpy(ramp).permute(2, 0, 1).float(), atol=0.004, rtol=0)


def test_grey_and_bool_arrays(read):
    assert read(np.eye(5, dtype=bool)).x.tolist() == [np.eye(5).tolist()]
    assert read(np.eye(5, dtype=np.uint8)[..., None] * 255).x.tolist() == [np.eye(5).tolist()]
    assert read(torch.full((3, 5, 6), 255, dtype=torch.uint8)).x.tolist() == torch.ones(3, 5, 6).tolist()


def test_preprocess_for_arrays_or_tensors_gets_what_was_given(read):
    pixels = (ramp * 255).astype(np.uint8)
    inputs = read(pixels, lambda a: torch.from_numpy(a.copy()).permute(2, 0, 1) / 255)
    assert inputs.notes == ()
    inputs = read(torch.from_numpy(pixels).permute(2, 0, 1), lambda t: t.sub(0.5).div(0.5))
    assert inputs.notes == ()
    assert inputs.black.flatten().tolist() == [-1, -1, -1]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from(["L", "RGB"]))
def test_lossless_files_come_through_unchanged(read, photo, width, height, mode):
    picture = photo(width, height, mode)
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    inputs = read(stream.getvalue(), tensor)
    torch.testing.assert_close(inputs.x, tensor(picture))
    np.testing.assert_array_equal(inputs.photo, np.array(picture.convert("RGB")))


def test_preprocess_is_asked_once_for_the_photo(read, photo):
    picture, seen = photo(40, 30), []

    def preprocess(im):
        seen.append(np.array_equal(np.array(im), np.array(picture)))
        return tensor(im)

    read(picture, preprocess)
    assert sum(seen) == 1


# ---- plain tensors ----


@pytest.mark.parametrize(
    ("x", "black", "white"),
    [
        (torch.rand(3, 5, 6), 0, 1),
        (torch.rand(1, 5, 6) * 200 + 3, 0, 255),
        (torch.tensor([-2.0, 0, 3]).repeat(3, 2, 1), -2, 3),
        (torch.full((3, 2, 2), -4.0), -4, -3),
    ],
    ids=["0..1", "0..255", "own range", "constant"],
)
def test_levels_of_a_plain_tensor_are_guessed(read, x, black, white):
    inputs = read(x)
    assert inputs.kind == "image"
    assert torch.equal(inputs.x, x)
    assert inputs.black.item() == black
    assert inputs.white.item() == white
    height, width = inputs.grid
    assert inputs.photo.shape == (height, width, 3)
    assert inputs.region == (0, 0, width, height)


@pytest.mark.parametrize("shape", [(7,), (5, 6), (2, 5, 6), (3, 4, 5, 6), (16, 3)])
def test_other_shapes_are_tensors(read, shape):
    inputs = read(torch.randn(shape, dtype=torch.float64))
    assert inputs.kind == "tensor"
    assert inputs.x.shape == shape
    assert inputs.x.dtype == torch.float32
    assert inputs.photo is None
    assert inputs.region is None
    with pytest.raises(ValueError, match="no picture"):
        inputs.grid  # noqa: B018
    with pytest.raises(ValueError, match="no picture"):
        inputs.view()


def test_lists_and_arrays_are_tensors(read):
    assert read([1.0, 2.0]).x.tolist() == [1, 2]
    assert read(np.array([1.5])).x.tolist() == [1.5]


def test_batch_axis_of_one_picture_is_taken_off(read):
    inputs = read(torch.rand(1, 3, 5, 6))
    assert inputs.x.shape == (3, 5, 6)
    assert "batch axis" in inputs.notes[0]


def test_input_is_not_the_user_s_to_change(read):
    x = torch.rand(3, 5, 6, requires_grad=True)
    assert not read(x).x.requires_grad


def test_type_of_the_model(read, photo):
    inputs = read(photo(8, 8), tensor, dtype=torch.float16)
    assert inputs.x.dtype == inputs.black.dtype == torch.float16
    assert inputs.pixels.dtype == torch.float32


def test_flat_preprocess_yields_a_tensor(read, photo):
    inputs = read(photo(8, 8), lambda im: tensor(im).flatten()[None])
    assert inputs.kind == "tensor"
    assert inputs.x.shape == (192,)


def test_repr_is_short(read, photo):
    assert repr(read(photo(8, 6), tensor)) == "Inputs(image (3, 6, 8) float32 on cpu, photo 8x6)"


# ---- faults ----

nan = torch.rand(3, 5, 6)
nan[1, 2, 3] = float("nan")
nan[2, 0, 0] = float("inf")


@pytest.mark.parametrize(
    ("x", "error", "match"),
    [
        (
            "no/such/photo.jpg",
            FileNotFoundError,
            "no file 'no/such/photo.jpg'; expected a tensor or array, a PIL image",
        ),
        ("https://example.org/cat.jpg", FileNotFoundError, "download it first"),
        ("a long text " * 1000, FileNotFoundError, "there is no file"),
        ("nul\0", FileNotFoundError, "there is no file"),
        (".", ValueError, "is a folder"),
        ("", ValueError, "the path is empty; expected a tensor or array"),
        (__file__, ValueError, "not an image"),
        (b"abc", ValueError, "3 bytes is not an image"),
        (None, TypeError, "expected|must be a tensor or array.*got NoneType"),
        ({"a": "b"}, TypeError, "the column 'a' must hold a number, got 'b'"),
        ([[1.0], [1.0, 2.0]], TypeError, "got list"),
        (["a"], TypeError, "got list"),
        (3.0, TypeError, "got float"),
        (torch.zeros(3, 0, 5), ValueError, r"empty: its shape is \(3, 0, 5\)"),
        (np.zeros((0, 5, 3), np.uint8), ValueError, "empty"),
        (Image.new("RGB", (0, 5)), ValueError, "empty: 0 × 5"),
        (nan, ValueError, r"2 NaN or infinite values of 90, the first at \[1, 2, 3\]"),
        (torch.zeros(3, 5, 6, dtype=torch.int64), TypeError, r"got int64: use x.float\(\) of a tensor"),
        (np.zeros((5, 6, 2), np.int16), TypeError, "got int16: .* of an array"),
        (np.zeros(4, np.uint8), TypeError, "uint8"),
        (torch.zeros(3, dtype=torch.complex64), TypeError, "complex64"),
    ],
)
def test_bad_input(read, x, error, match):
    with pytest.raises(error, match=match):
        read(x)


@pytest.mark.parametrize(
    ("x", "error", "match"),
    [
        (nan, ValueError, "the image holds 2 NaN"),
        (torch.rand(2, 5, 6), ValueError, r"1, 3 or 4 channels, got shape \(2, 5, 6\)"),
        (torch.rand(4), ValueError, r"2D, or 3D"),
        (torch.rand(2, 3, 5, 6), ValueError, r"2D, or 3D.*: give one at a time"),
        (torch.rand(3, 5, 6) - 1, ValueError, "must lie in 0..1, 0..255.* prepared .* is given without preprocess="),
        (np.full((5, 6), 70000), ValueError, "must lie in"),
        (torch.rand(3, 5, 6, dtype=torch.complex64), TypeError, "must be numbers"),
    ],
)
def test_bad_picture_for_a_preprocess(read, x, error, match):
    with pytest.raises(error, match=match):
        read(x, tensor)


def test_damaged_file(read, photo, tmp_path):
    path = saved(photo(400, 300), tmp_path / "photo.png")
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(ValueError, match=r"photo.png' is a damaged image"):
        read(path)


def raises(_):
    return {}["mean"]


@pytest.mark.parametrize(
    ("preprocess", "error", "match"),
    [
        (raises, RuntimeError, "preprocess raised KeyError: 'mean'"),
        (3, TypeError, "must be a callable .* got int"),
        (lambda _: None, TypeError, "got NoneType"),
        (Image.Image.copy, TypeError, "got Image"),
        (np.array, TypeError, "uint8"),
        (lambda im: np.array(im) / 255, ValueError, "channels first"),
        (lambda im: torch.stack([tensor(im)] * 2), ValueError, "batch of 2"),
        (lambda im: [tensor(im)] * 2, ValueError, "list of 2"),
        (lambda im: tensor(im)[:, :0], ValueError, "empty picture"),
        (lambda im: {"input_ids": tensor(im)}, ValueError, "without 'pixel_values' or 'image', with 'input_ids'"),
        (lambda im: tensor(im) / 0, ValueError, "what preprocess returned holds"),
    ],
)
def test_bad_preprocess(read, photo, preprocess, error, match):
    with pytest.raises(error, match=match) as caught:
        read(photo(6, 5), preprocess)
    if preprocess is raises:
        assert isinstance(caught.value.__cause__, KeyError)


def test_interrupt_goes_through(read, photo):
    def preprocess(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(photo(6, 5), preprocess)


def test_inputs_are_found_where_the_model_is(photo):
    inputs = read_inputs(photo(6, 5), preprocess=tensor, device=torch.device("meta"), dtype=torch.float32)
    assert isinstance(inputs, Inputs)
    assert inputs.x.device.type == "meta"


@pytest.mark.parametrize("x", [[0.1, 38], {"a": 0.1, "b": 38}, np.float32([0.1, 38]), torch.tensor([0.1, 38])])
def test_a_row_is_told_as_it_was_given(x):
    assert read_inputs(x, device="cpu", dtype=torch.float32).cells == (0.1, 38)


def test_a_signal_is_no_row():
    inputs = read_inputs(torch.rand(10_001), device="cpu", dtype=torch.float32)
    assert inputs.cells is None
