"""Running generators in the background: the only folder with threads. It knows nothing of models or widgets."""

from xai_widgets.jobs.job import Job, Outcome
from xai_widgets.jobs.slot import Slot
from xai_widgets.jobs.worker import Worker, worker_for, workers

__all__ = ["Job", "Outcome", "Slot", "Worker", "worker_for", "workers"]
