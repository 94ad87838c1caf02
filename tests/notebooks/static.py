"""What of an output is seen where no script runs, as on GitHub."""

from html.parser import HTMLParser

from nbconvert.utils.base import NbConvertBase

GITHUB = ["text/html", "text/latex", "image/svg+xml", "image/png", "image/jpeg", "text/markdown", "text/plain"]
"""GitHub says that it renders notebooks as static HTML in which custom JavaScript does not work (docs.github.com,
"Working with non-code files"), and shows no type that is not among nbconvert's own. It tells no order: this is that of
nbconvert's base, without PDF, and a test holds it to that. Of HTML it takes scripts and styles away."""

PRIORITY = [one for one in NbConvertBase().display_data_priority if one != "application/pdf"]


class Seen(HTMLParser):
    """The words of HTML once it is sanitised, and its pictures."""

    def __init__(self, source):
        super().__init__()
        self.words, self.pictures, self._hidden = "", [], 0
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self._hidden += tag in {"script", "style"}
        if tag == "img":
            self.pictures.append(dict(attrs).get("src", ""))

    def handle_endtag(self, tag):
        self._hidden -= tag in {"script", "style"}

    def handle_data(self, data):
        self.words += "" if self._hidden else data


def picked(data):
    """Return the type that is shown of an output, and its content."""
    kind = next(one for one in GITHUB if one in data)
    return kind, Seen(data[kind]).words if kind == "text/html" else data[kind]
