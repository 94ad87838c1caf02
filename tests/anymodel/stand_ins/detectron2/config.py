"""Settings by dotted names."""

from __future__ import annotations

from types import SimpleNamespace


class Settings(SimpleNamespace):
    """Sections come into being when they are named."""

    def __getattr__(self, name: str) -> Settings:
        if name.startswith("_") or not name.isupper():
            raise AttributeError(name)
        section = Settings()
        setattr(self, name, section)
        return section


def get_cfg() -> Settings:
    """Give what LayoutLMv2 reads and does not set itself, as detectron2 has it."""
    cfg = Settings()
    cfg.MODEL.META_ARCHITECTURE = "GeneralizedRCNN"
    cfg.MODEL.PIXEL_MEAN = [103.53, 116.28, 123.675]
    cfg.MODEL.FPN.OUT_CHANNELS = 256
    return cfg
