"""The model check: what should be known of a model before it is explained.

One small function a look; each yields what it found, and none changes the model.
"""

from __future__ import annotations

from xai_widgets.checks.run import check_steps, refused

__all__ = ["check_steps", "refused"]
