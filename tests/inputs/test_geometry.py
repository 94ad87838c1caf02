"""Where the model's pixels lie on the photo, beside what each preprocess is known to do."""

import random

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps
from torch.nn import functional

MEAN = torch.tensor([0.485, 0.456, 0.406])[:, None, None]
STD = torch.tensor([0.229, 0.224, 0.225])[:, None, None]
RESAMPLING = Image.Resampling


def tensor(im):
    return torch.from_numpy(np.atleast_3d(np.array(im))).permute(2, 0, 1).float() / 255


def normalise(im):
    return (tensor(im.convert("RGB")) - MEAN) / STD


def on_display(inputs, region):
    """Move a region of the original photo to its display copy."""
    height, width = inputs.photo.shape[:2]
    scale = [width / inputs.photo_size[0], height / inputs.photo_size[1]] * 2
    return [edge * one for edge, one in zip(region, scale, strict=True)]


def assert_region(inputs, region, within=1.0):
    assert inputs.notes == () or "mirror" in inputs.notes[0], inputs.notes
    assert inputs.region == pytest.approx(on_display(inputs, region), abs=within)


def shorter_side_and_centre(im, resize=64, size=56, resample=RESAMPLING.BICUBIC):
    scale = resize / min(im.size)
    im = im.convert("RGB").resize((round(im.width * scale), round(im.height * scale)), resample)
    left, top = (im.width - size) // 2, (im.height - size) // 2
    return normalise(im.crop((left, top, left + size, top + size)))


def true_centre(width, height, resize=64, size=56):
    scale = resize / min(width, height)
    w, h = round(width * scale), round(height * scale)
    left, top = (w - size) // 2, (h - size) // 2
    return left * width / w, top * height / h, (left + size) * width / w, (top + size) * height / h


sizes = st.integers(20, 900)
slow = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@slow
@given(sizes, sizes, st.sampled_from([RESAMPLING.BICUBIC, RESAMPLING.BILINEAR, RESAMPLING.NEAREST]))
def test_shorter_side_and_centre_crop(read, photo, width, height, resample):
    inputs = read(photo(width, height), lambda im: shorter_side_and_centre(im, resample=resample))
    assert_region(inputs, true_centre(width, height))


@slow
@given(sizes, sizes, st.integers(8, 96), st.integers(8, 96))
def test_squash(read, photo, width, height, columns, rows):  # noqa: PLR0917  # what hypothesis draws
    inputs = read(photo(width, height), lambda im: normalise(im.resize((columns, rows))))
    assert_region(inputs, (0, 0, width, height))


@slow
@given(st.integers(60, 1500), st.integers(60, 1500), st.data())
def test_crop_alone(read, photo, width, height, data):
    left, top = data.draw(st.integers(0, width - 40)), data.draw(st.integers(0, height - 40))
    box = (left, top, left + 40, top + 40)
    inputs = read(photo(width, height), lambda im: tensor(im.crop(box)))
    assert_region(inputs, box)


@slow
@given(st.integers(30, 500), st.integers(30, 500), st.sampled_from(["black", "white", (114, 114, 114)]))
def test_letterbox_reaches_beyond_the_photo(read, photo, width, height, colour):
    inputs = read(photo(width, height), lambda im: normalise(ImageOps.pad(im, (64, 64), color=colour)))
    scale = 64 / max(width, height)
    w, h = round(width * scale), round(height * scale)
    left, top = round((64 - w) / 2), round((64 - h) / 2)
    across, down = width / w, height / h
    # A photo four of the model's pixels wide tells little of edges thirty beyond it: half of one of them is allowed.
    within = max(2.0, max(across, down) / 2)
    assert_region(inputs, (-left * across, -top * down, (64 - left) * across, (64 - top) * down), within=within)


@pytest.mark.parametrize("mode", ["reflect", "replicate", "constant", "circular"])
def test_padding_beyond_the_photo(read, photo, mode):
    inputs = read(photo(80, 60), lambda im: functional.pad(tensor(im)[None], (10, 20, 5, 15), mode=mode))
    assert_region(inputs, (-10, -5, 100, 75), within=0.3)


def test_mirrored_photo_is_shown_mirrored(read, photo):
    def preprocess(im):
        return tensor(ImageOps.mirror(im).crop((10, 5, 60, 45)))

    inputs = read(photo(120, 60), preprocess)
    assert inputs.mirrored == (True, False)
    assert "mirrors" in inputs.notes[0]
    assert inputs.region == pytest.approx((10, 5, 60, 45), abs=0.3)
    x0, y0, x1, y1 = (round(edge) for edge in inputs.region)
    np.testing.assert_array_equal(inputs.photo[y0:y1, x0:x1], inputs.view())
    values = np.zeros((40, 50))
    values[0, 0] = 1
    back = inputs.placement.lay(values, smooth=False)
    assert np.argwhere(np.nan_to_num(back) > 0).tolist() == [[5, 109]]


def test_grey_model(read, photo):
    inputs = read(photo(90, 70), lambda im: tensor(im.convert("L").resize((28, 28))) * 2 - 1)
    assert inputs.x.shape == (1, 28, 28)
    assert_region(inputs, (0, 0, 90, 70), within=1e-6)
    assert inputs.black.item() == pytest.approx(-1)
    assert inputs.white.item() == pytest.approx(1)


def test_grey_photo_for_a_model_of_colour(read, photo):
    inputs = read(photo(90, 70, "L"), lambda im: (tensor(im).sub_(MEAN)).div_(STD))
    assert inputs.x.shape == (3, 70, 90)
    assert_region(inputs, (0, 0, 90, 70), within=1e-6)


def test_channels_in_the_order_of_opencv(read, photo):
    picture = photo(90, 70)
    inputs = read(picture, lambda im: tensor(im).flip(0) * 255)
    assert inputs.order == (2, 1, 0)
    assert_region(inputs, (0, 0, 90, 70), within=1e-6)
    np.testing.assert_array_equal(inputs.view(), np.array(picture))


def test_processor_that_returns_a_mapping_of_lists(read, photo):
    def processor(im):
        return {"pixel_values": [shorter_side_and_centre(im).numpy()]}

    assert_region(read(photo(300, 200), processor), true_centre(300, 200))


@pytest.mark.parametrize("given", [lambda picture: picture, np.array], ids=["picture", "array"])
def test_transform_that_takes_an_array_by_name_and_returns_it_by_name(read, photo, given):
    def transform(*, image):  # as albumentations does
        assert isinstance(image, np.ndarray)
        return {"image": shorter_side_and_centre(Image.fromarray(image))}

    assert_region(read(given(photo(300, 200)), transform), true_centre(300, 200))


@pytest.mark.parametrize("options", [{"mode": "bilinear", "antialias": True}, {"mode": "bicubic"}, {"mode": "area"}])
def test_resizing_by_torch(read, photo, options):
    def preprocess(im):
        small = functional.interpolate(tensor(im)[None], (60, 40), **options)
        return small[..., 4:50, 3:30]

    assert_region(read(photo(800, 300), preprocess), (60, 20, 600, 250))


def test_levels_undo_the_normalisation(read, photo):
    picture = photo(300, 200)
    inputs = read(picture, normalise)
    np.testing.assert_allclose(inputs.black, -MEAN / STD, atol=1e-5)
    np.testing.assert_allclose(inputs.white, (1 - MEAN) / STD, atol=1e-5)
    np.testing.assert_array_equal(inputs.view(), np.array(picture))


def test_mean_image_subtracted(read, photo):
    mean = torch.rand(3, 48, 48, generator=torch.Generator().manual_seed(0))
    inputs = read(photo(96, 96), lambda im: tensor(im.resize((48, 48))) - mean)
    assert inputs.black.shape == (3, 48, 48)
    assert_region(inputs, (0, 0, 96, 96), within=1e-6)


def test_thumbnail_changes_its_picture_in_place(read, photo):
    def preprocess(im):
        im.thumbnail((40, 40))
        return tensor(im)

    picture = photo(200, 100)
    inputs = read(picture, preprocess)
    assert picture.size == (200, 100)
    assert inputs.photo.shape == (100, 200, 3)
    assert_region(inputs, (0, 0, 200, 100), within=1e-6)


def mirrored_at_random(im):
    return tensor(ImageOps.mirror(im) if random.random() < 0.5 else im)


def cropped_at_random(im):
    left = int(torch.randint(0, im.width - 20, ()))
    return tensor(im.crop((left, 0, left + 20, 20)))


@pytest.mark.parametrize(
    ("preprocess", "why"),
    [
        (mirrored_at_random, "random"),
        (cropped_at_random, "random"),
        (lambda im: tensor(im) ** 2.2, "more than scale"),
        (lambda im: tensor(im.rotate(20)), "more than scale"),
        (lambda im: tensor(im.transpose(Image.Transpose.ROTATE_90)).contiguous()[:, :70, :70], "more than scale"),
        (lambda im: (tensor(im) - tensor(im).mean()) / (tensor(im).std() + 1e-6), "brightness"),
        (lambda im: torch.zeros(3, 8, 8) + tensor(im).mean() * 0, "brightness"),
    ],
    ids=["random mirror", "random crop", "gamma", "rotated", "turned", "standardised", "constant"],
)
def test_what_cannot_be_traced_is_shown_on_the_model_s_own_view(read, photo, preprocess, why):
    random.seed(0)
    torch.manual_seed(0)
    inputs = read(photo(90, 70), preprocess)
    assert len(inputs.notes) == 1
    assert why in inputs.notes[0]
    height, width = inputs.grid
    assert inputs.region == (0, 0, width, height)
    assert inputs.photo.shape == (height, width, 3)
    assert inputs.photo_size == (width, height)
    assert inputs.placement.lay(np.ones((height, width))).shape == (height, width)


def test_crop_that_follows_the_content_is_noticed(read):
    pixels = np.full((100, 200, 3), 40, np.uint8)
    pixels[20:60, 130:190, 0] = np.linspace(100, 255, 60, dtype=np.uint8)

    def preprocess(im):  # as one that looks for faces: the grey test pictures have none
        rgb = np.array(im.convert("RGB")).astype(int)
        red = np.argwhere(rgb[..., 0] > rgb[..., 1] + 50)
        left = int(red[:, 1].min()) if len(red) else 0
        return tensor(im.crop((left, 20, left + 60, 60)))

    assert "otherwise" in read(Image.fromarray(pixels), preprocess).notes[0]


def test_preprocess_that_refuses_test_pictures(read, photo):
    picture = photo(90, 70)
    expected = np.array(picture)

    def preprocess(im):
        if not np.array_equal(np.array(im), expected):
            raise KeyError
        return tensor(im)

    assert "KeyError" in read(picture, preprocess).notes[0]


def test_the_geometry_can_be_found_out_later(read, photo):
    calls = []

    def preprocess(im):
        calls.append(im.size)
        return tensor(ImageOps.mirror(im.crop((8, 4, 40, 28)).resize((16, 12))))

    picture = photo(48, 32)
    whole = read(picture, preprocess)
    assert len(calls) > 1
    assert whole.traced is None
    calls.clear()
    guess = read(picture, preprocess, at_once=False)
    assert calls == [(48, 32)]
    picture.paste("red", (0, 0, 48, 32))  # its owner goes on with it
    found = guess.traced()
    torch.testing.assert_close(guess.x, whole.x)
    torch.testing.assert_close((found.x, found.black, found.white), (whole.x, whole.black, whole.white))
    assert (found.region, found.mirrored, found.notes) == (whole.region, (True, False), whole.notes)
    np.testing.assert_array_equal(found.photo, whole.photo)


@pytest.mark.parametrize("draw", [random.random, np.random.rand, lambda: torch.rand(1)])
def test_what_draws_random_numbers_is_looked_at_while_they_can_be_put_back(read, photo, draw):
    def preprocess(im):
        draw()
        return tensor(im)

    assert read(photo(12, 10), preprocess, at_once=False).traced is None


def test_random_numbers_of_the_user_go_on_as_if_nothing_happened(read, photo):
    def preprocess(im):
        random.random(), np.random.rand(), torch.rand(1)  # noqa: NPY002
        return tensor(im)

    torch.manual_seed(1)
    np.random.seed(2)  # noqa: NPY002
    random.seed(3)
    expected = torch.rand(1).item(), np.random.rand(), random.random()  # noqa: NPY002
    torch.manual_seed(1)
    np.random.seed(2)  # noqa: NPY002
    random.seed(3)
    read(photo(50, 40), preprocess)
    assert (torch.rand(1).item(), np.random.rand(), random.random()) == expected  # noqa: NPY002


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1), (2, 2), (3, 5)])
@pytest.mark.parametrize("resample", [RESAMPLING.BICUBIC, RESAMPLING.NEAREST])
def test_tiny_photos(read, photo, size, resample):
    inputs = read(photo(*size), lambda im: normalise(im.resize((32, 32), resample)))
    assert inputs.photo_size == size
    assert_region(inputs, (0, 0, *size), within=1)
    assert np.isfinite(inputs.placement.lay(np.ones((32, 32)))).any()


def test_real_photo_through_the_real_preprocess(read, cat):
    def preprocess(im, size=224):
        im = im.convert("RGB")
        scale = size * 256 / 224 / min(im.size)
        im = im.resize((round(im.width * scale), round(im.height * scale)), RESAMPLING.BICUBIC)
        left, top = (im.width - size) // 2, (im.height - size) // 2
        x = torch.from_numpy(np.array(im.crop((left, top, left + size, top + size)))).permute(2, 0, 1).float()[None]
        return (x - 127) / 128

    inputs = read(cat, preprocess)
    assert inputs.x.shape == (3, 224, 224)
    assert_region(inputs, true_centre(451, 300, 256, 224), within=0.1)
    assert inputs.black.flatten().tolist() == pytest.approx([-127 / 128] * 3)
    torch.testing.assert_close(inputs.x, preprocess(Image.open(cat))[0])
    assert inputs.notes == ()


def test_48_megapixels(read, photo):
    inputs = read(photo(8000, 6000), lambda im: shorter_side_and_centre(im, 256, 224))
    assert inputs.photo.shape == (768, 1024, 3)
    assert_region(inputs, true_centre(8000, 6000, 256, 224), within=0.2)
    over = inputs.placement.lay(np.ones((224, 224)))
    assert over.shape == (6000, 8000)
    assert over.dtype == np.float32


def letterbox(im):
    return normalise(ImageOps.pad(im, (64, 64), color="black"))


def middle(im, half):
    x, y = im.width // 2, im.height // 2
    return x - half, y - half, x + half, y + half


LARGE = (4003, 3011)
BOX = (700, 500, 3700, 2900)
TRACED_SMALLER = {
    "shorter side, centre": (lambda im: shorter_side_and_centre(im, 256, 224), true_centre(*LARGE, 256, 224)),
    "squash": (lambda im: tensor(im.resize((90, 90))), (0, 0, *LARGE)),
    "letterbox": (letterbox, (0, -8 * LARGE[1] / 48, LARGE[0], 56 * LARGE[1] / 48)),
    "share of the sides": (
        lambda im: tensor(im.resize((60, 60), box=(im.width / 8, im.height / 4, im.width / 2, im.height))),
        (LARGE[0] / 8, LARGE[1] / 4, LARGE[0] / 2, LARGE[1]),
    ),
}
TRACED_WHOLE = {
    "crop": (lambda im: tensor(im.crop(BOX).resize((75, 60))), BOX),
    "crop from the middle": (lambda im: tensor(im.crop(middle(im, 400))), (1601, 1105, 2401, 1905)),
    "small ones as they are": (lambda im: tensor(im.resize((1200, 900)) if im.width > 1200 else im), (0, 0, *LARGE)),
}


@pytest.mark.parametrize("case", [*TRACED_SMALLER, *TRACED_WHOLE])
def test_a_large_photo_is_traced_on_smaller_pictures_where_that_says_the_same(read, photo, case):
    preprocess, region = (TRACED_SMALLER | TRACED_WHOLE)[case]
    large = []

    def counted(im):
        large.append(im.size == LARGE)
        return preprocess(im)

    inputs = read(photo(*LARGE), counted)
    assert_region(inputs, region, within=1.0)
    assert sum(large) == 1 if case in TRACED_SMALLER else sum(large) >= 4


def test_a_preprocess_that_refuses_smaller_pictures_is_shown_large_ones(read, photo):
    def preprocess(im):
        if im.width < 2000:
            raise ValueError
        return tensor(im.resize((60, 60)))

    assert_region(read(photo(*LARGE), preprocess), (0, 0, *LARGE))


def test_a_strip_has_no_smaller_picture_of_its_proportions(read, photo):
    inputs = read(photo(6000, 7), lambda im: tensor(im.resize((600, 7))))
    assert_region(inputs, (0, 0, 6000, 7))
