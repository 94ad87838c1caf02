"""Print the requirements of some of the package's extras, to install them without their own dependencies."""

import sys
from pathlib import Path

try:
    import tomllib
except ImportError:  # Python 3.10
    from pip._vendor import tomli as tomllib

project = tomllib.loads(Path(__file__).parents[1].joinpath("pyproject.toml").read_text("utf-8"))["project"]
print(*(one for extra in sys.argv[1:] for one in project["optional-dependencies"][extra]))
