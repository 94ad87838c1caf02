"""Results as files, pictures, words and code. No torch: what was saved opens anywhere."""

from xai_widgets.changes import CHANGE_WRITERS
from xai_widgets.evaluations import EVALUATION_WRITERS
from xai_widgets.export import charts, measured
from xai_widgets.export.bundle import SAVED_VIEW, mimebundle, saved
from xai_widgets.export.change_files import write_changes_png
from xai_widgets.export.code import to_code
from xai_widgets.export.colours import colormaps
from xai_widgets.export.diffs import changes_html, changes_text
from xai_widgets.export.files import load, write_npz, write_png, write_svg
from xai_widgets.export.picture import picture, png
from xai_widgets.export.picture_diffs import changes_png
from xai_widgets.export.scatter import scatter
from xai_widgets.export.smoothing import read
from xai_widgets.export.tables import write_measures_csv, write_records
from xai_widgets.export.words import text
from xai_widgets.export.written import written_png, written_text
from xai_widgets.populations.base import POPULATION_WRITERS
from xai_widgets.results import PAINTERS, WRITERS

__all__ = [
    "SAVED_VIEW",
    "colormaps",
    "load",
    "mimebundle",
    "picture",
    "png",
    "saved",
    "scatter",
    "text",
    "to_code",
    "written_png",
    "written_text",
]

WRITERS.update({".npz": write_npz, ".png": write_png, ".svg": write_svg, ".csv": write_records})
CHANGE_WRITERS.update({".png": write_changes_png, ".csv": write_records})
PAINTERS.update({"picture": picture, "png": png, "text": text, "read": read})
PAINTERS.update({"changes_text": changes_text, "changes_html": changes_html, "changes_png": changes_png})
PAINTERS.update({"population": charts.chart, "population_png": charts.png, "population_text": charts.text})
EVALUATION_WRITERS.update({".png": measured.write_png, ".svg": measured.write_svg, ".csv": write_measures_csv})
POPULATION_WRITERS.update({".png": charts.write_png, ".svg": charts.write_svg, ".csv": write_records})
