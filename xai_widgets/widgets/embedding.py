"""Vectors of words explain themselves: what lies near what, in a map that tells where it is wrong."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from xai_widgets.embeddings import Layout, word_vectors
from xai_widgets.embeddings.clusters import check_groups
from xai_widgets.embeddings.contexts import reading
from xai_widgets.embeddings.neighbours import check_count, check_metric
from xai_widgets.embeddings.projections import PROJECTIONS, chosen
from xai_widgets.esm import asset
from xai_widgets.export import saved
from xai_widgets.export.atomic import write_atomically
from xai_widgets.export.awaited import LATER
from xai_widgets.export.drawn import Drawn
from xai_widgets.export.fitting import memory, room
from xai_widgets.export.page import page
from xai_widgets.jobs import worker_for
from xai_widgets.language import phrase, told
from xai_widgets.results import writer_of
from xai_widgets.widgets import embedding_messages as messages
from xai_widgets.widgets import living
from xai_widgets.widgets.aside import Question
from xai_widgets.widgets.base import EXPLAIN, PREDICT
from xai_widgets.widgets.cells import first_picture_seconds
from xai_widgets.widgets.embedding_files import FILES, TITLE, png
from xai_widgets.widgets.embedding_session import Near, Space
from xai_widgets.widgets.explorer import ExplorerWidget
from xai_widgets.widgets.saving import shown
from xai_widgets.wire import LIMIT, Arrange, Complete, Doubt, Judge, ProtocolError
from xai_widgets.wire import Near as AskedNear

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from xai_widgets.embeddings import Analogy
    from xai_widgets.embeddings.clusters import Groups
    from xai_widgets.export.fitting import PageContent
    from xai_widgets.wire import Message, Wish

SHOWN = 5000
"""Words on show by default."""


class EmbeddingExplorer(ExplorerWidget):
    """Show what vectors of words know: neighbours, analogies, maps, and how far they agree with people.

    Returns at once; layouts are computed in the background and appear as they converge.

    Parameters
    ----------
    vectors : WordVectors, dict, gensim KeyedVectors, (words, array), nn.Embedding or model
        As of :func:`word_vectors`.
    labels : sequence or dict, optional
        The words of an array or an ``nn.Embedding``.
    tokenizer : object, optional
    texts : sequence of str, optional
        With a model and its tokenizer: each word of each text gets a vector of its own. They go through the model in
        the background; what it tells, such as that there is no such `layer`, is shown.
    layer : int
        Whose hidden states those are.
    words : int or sequence of str
        The first so many, or which, are on show, 50,000 at most; neighbours are sought among all.
    method : {"pca", "tsne", "umap"}
        How they are laid out at first.
    metric : {"cosine", "euclidean"}
    k : int
        How many neighbours are listed, and counted to see how many a layout keeps.
    pairs : iterable of (str, str, float), optional
        Pairs of words that people have judged, such as ``xai.samples.word_pairs("wordsim")``.
    groups : dict of str to sequence of str, optional
        Words by the name of their group, as of :meth:`WordVectors.separation`: whether each group lies together.
    word : str, optional
        Selected at first.
    seed : int
    **params
        Of the projection, as of :meth:`WordVectors.project`.

    Attributes
    ----------
    vectors : WordVectors or None
        None while a model reads its texts.
    projection : Layout or None
        The newest layout; observe it by ``w.observe(handler, "projection")``. Handlers run on the computing thread.
    selected : str or None
        The word whose neighbours are on show.
    neighbours : list of Neighbour
        Of the selected word.
    agreement : Agreement or None
        With the judgements of `pairs`.
    separation : Separation or None
        Of `groups`.
    evaluation : Evaluation or None
        How far the layout on show can be trusted, once a view or `evaluate` has asked.

    Raises
    ------
    ValueError, TypeError, ImportError
        For wrong input, saying what was expected and what came.
    """

    _esm = asset("embedding.js", needed=False)
    _css = asset("embedding.css", needed=False)
    _made_by = "EmbeddingExplorer"

    projection = traitlets.Any(None, read_only=True)
    selected = traitlets.Any(None, read_only=True)
    neighbours = traitlets.Any((), read_only=True)
    agreement = traitlets.Any(None, read_only=True)
    separation = traitlets.Any(None, read_only=True)

    def __init__(
        self,
        vectors: Any,
        labels: Any = None,
        *,
        tokenizer: Any = None,
        texts: Sequence[str] | None = None,
        layer: int = -1,
        words: int | Sequence[str] = SHOWN,
        method: str = "pca",
        metric: str = "cosine",
        k: int = 10,
        pairs: Iterable[tuple[str, str, float]] | None = None,
        groups: Groups | None = None,
        word: str | None = None,
        seed: int = 0,
        **params: Any,
    ) -> None:
        known = (
            word_vectors(vectors, labels, tokenizer=tokenizer)
            if texts is None
            else reading(vectors, tokenizer, texts, layer=layer)
        )
        self.vectors = None if callable(known) else known
        listed = None if pairs is None else list(pairs)
        grouped = None if groups is None else check_groups(groups)
        chosen(method, params)
        check_metric(metric)
        self._space = Space(known, words, check_count(k, 100), seed=seed, pairs=listed, groups=grouped)
        if word is not None and self.vectors is not None:
            self.vectors.place(word)
        self._near: Near | None = None
        self._later: dict[str, Callable[[], None]] = {}
        self._keeping = threading.Lock()
        worker = worker_for("cpu" if texts is None else str(next(vectors.parameters()).device))
        ask = partial(Question, worker, post=self._tell)
        self._questions = {
            "layout": ask("layout", priority=EXPLAIN, empty={"positions": None, "done": 0, "total": 0, "sought": 0.0}),
            "near": ask("near", priority=PREDICT, empty={"entries": [], "links": [], "point": None, "label": ""}),
            "analogy": ask("analogy", priority=PREDICT, empty={"entries": []}),
            "agreement": ask("agreement", priority=EXPLAIN, empty={"n": None}),
            "separation": ask("separation", priority=EXPLAIN, empty={"n": None}),
        }
        super().__init__(worker, spec=messages.spec(self.vectors, self._space))
        self.project(method, metric=metric, **params)
        if word is not None:
            self.select(word, metric=metric)
        if listed is not None:
            self._judge(metric)
        if grouped is not None:
            self._separate(metric)

    def project(self, method: str, *, metric: str = "cosine", **params: Any) -> None:
        """Ask for another layout, as if by the controls.

        Parameters
        ----------
        method : {"pca", "tsne", "umap"}
        metric : {"cosine", "euclidean"}
        **params
            As of :meth:`WordVectors.project`.
        """
        self._check_open()
        chosen(method, params)
        check_metric(metric)
        steps = partial(self._laid_out, self._space, method, metric, params)
        self._params = params
        about = {"method": method, "metric": metric, "id": self._next()}
        self._ask("layout", steps, messages.arranged, about, "projection")

    def select(self, word: str, *, metric: str = "cosine") -> None:
        """Show the neighbours of a word.

        Raises
        ------
        UnknownWordError
            For a word without a vector, where the vectors are known; else that is shown.
        """
        self._check_open()
        if self.vectors is not None:
            self.vectors.place(word)
        self._seek(word, check_metric(metric), 0)

    def cancel(self) -> None:
        """Stop the projection within one step; the layout so far stays."""
        self._questions["layout"].stop()

    def overview(self) -> dict[str, Any]:
        """Tell in a line what is on show: ``kind``, ``method``, ``label`` and ``running``."""
        layout: Layout | None = self.projection
        method = None if layout is None else PROJECTIONS[layout.method].title
        running = self._questions["layout"].running
        return {**super().overview(), "method": method, "label": self.selected, "running": running}

    def _ask(
        self,
        kind: str,
        steps: Callable[[], Iterator[Any]],
        tell: Callable[[Message, Any], None],
        about: dict[str, Any],
        trait: str | None = None,
    ) -> None:
        def told(answer: Message, found: Any) -> None:
            tell(answer, found)
            if trait is not None and not isinstance(found, float):
                self._publish(**{trait: found})

        ask = partial(self._questions[kind].ask, steps, told, about)
        with self._lock:
            # Only a layout has the texts read; all else waits for it.
            if kind == "layout" or self.vectors is not None:
                ask()
            else:
                self._later[kind] = ask

    def _laid_out(self, space: Space, method: str, metric: str, params: dict[str, Any]) -> Iterator[Layout | float]:
        yield from space.read()
        self._begin(space)
        yield from space.layouts(method, metric, params)

    def _begin(self, space: Space) -> None:
        """Tell of the vectors that were read, and ask what waited for them."""
        with self._lock:
            if self._closed or self.vectors is not None:
                return
            self.vectors = space.vectors
            self._publish(spec=messages.spec(self.vectors, space))
            waited, self._later = self._later, {}
            for ask in waited.values():
                ask()

    def _seek(self, word: str, metric: str, number: int) -> None:
        def told(answer: Message, found: Near) -> None:
            messages.near(answer, found)
            self._near = found
            self._publish(neighbours=found.entries, selected=found.label)

        self._ask("near", lambda: self._space.near(word, metric), told, {"id": number, "word": word, "metric": metric})

    def _complete(self, words: tuple[str, str, str], number: int) -> None:
        def told(answer: Message, found: list[tuple[Analogy, int | None]]) -> None:
            answer.content["entries"] = [[one.label, one.cosine, point] for one, point in found]

        self._ask("analogy", lambda: self._space.analogy(words), told, {"id": number, "words": list(words)})

    def _judge(self, metric: str) -> None:
        self._ask("agreement", lambda: self._space.agreement(metric), messages.judged, {"metric": metric}, "agreement")

    def _separate(self, metric: str) -> None:
        steps = partial(self._space.separation, metric)
        self._ask("separation", steps, messages.separated, {"metric": metric}, "separation")

    def _on_message(self, message: Wish) -> None:
        if self._closed:
            return
        if isinstance(message, Arrange):
            if message.open:
                self.project(message.method, metric=message.metric, **(message.params or {}))
            else:
                self.cancel()
        elif isinstance(message, Doubt):
            super()._on_message(message)
        elif isinstance(message, AskedNear):
            self._seek(message.word, check_metric(message.metric), message.id)
        elif isinstance(message, Complete):
            self._complete(message.words, message.id)
        elif isinstance(message, Judge) and message.kind == "agreement" and self._space.pairs is not None:
            self._judge(check_metric(message.metric))
        elif isinstance(message, Judge) and message.kind == "separation" and self._space.groups is not None:
            self._separate(check_metric(message.metric))
        else:
            msg = f"EmbeddingExplorer has no answer to {type(message).__name__.lower()!r}."
            raise ProtocolError(msg)

    def _tell(self, message: Message) -> None:
        self._post(message)
        kind = message.content["kind"]
        size = sum(one.nbytes for one in message.buffers)
        if not message.content["running"]:
            living.tell(self)
        if message.content["running"] or self._closed:
            return
        layout = self.projection
        if kind == "layout" and message.content["error"] is None and layout is not None and layout.done == layout.total:
            steps = partial(self._space.evaluate, layout, self._params)
            self._settle(message.content["id"], steps, method=layout.method, label=layout.label)
        if size > LIMIT:
            return
        # What was stopped before it came to anything leaves what there was.
        if message.content.get("positions", ...) is not None and message.content["error"] is None:
            # Not the widget's lock: who holds that may be waiting for the question that tells this.
            with self._keeping:
                kept = {**message.content, "buffers": list(message.buffers)}
                self.snapshot = {**self.snapshot, kind: kept}

    def _keep(self, kept: dict[str, Any]) -> None:
        with self._keeping:
            self.snapshot = {**self.snapshot, **kept}

    def _on_show(self) -> Question:
        return self._questions["layout"]

    def _state(self) -> dict[str, Any]:
        return {}

    def _release(self) -> None:
        del self._space

    def save(self, path: str | Path) -> None:
        """Wait until all is found, and write what is on show to `path`; the suffix chooses the format.

        ``.html`` is a page of its own; ``.png`` and ``.svg`` are the map and its title; ``.csv`` has one line a word on
        show: where it lies, and the share of its neighbours that survive.

        Raises
        ------
        ValueError
            For a suffix that no format has, naming those there are.
        RuntimeError
            When the widget is closed, or the projection failed.
        OSError
            Where nothing can be written; what was there before is left as it was.
        """
        self._check_open()
        path = Path(path)
        write = writer_of(path, {**FILES, ".html": self._page})
        self.wait()
        layout, near = self.projection, self._near
        if layout is None or self.vectors is None:
            raise RuntimeError(self._questions["layout"].error or "There is no map of the words yet.")
        lines = messages.described(layout, near, self.agreement, self.separation)
        with self._read():
            written = write(self.vectors, layout, near, lines)
        write_atomically(path, written)

    def results(self) -> list[Any]:
        """Wait until all is found, and return what is on show, as :func:`xai_widgets.report` tells it."""
        self._check_open()
        self.wait()
        layout, near = self.projection, self._near
        if layout is None or self.vectors is None:
            return []
        lines = messages.described(layout, near, self.agreement, self.separation)
        return [Drawn(TITLE, png(self.vectors, layout, near, lines), tuple(lines), self.evaluation)]

    def _page(self, *found: Any) -> bytes:
        return page(self._shown("\n".join(found[-1])))

    def as_page(self) -> PageContent | None:
        """Return what a page shows of what is known by now; None before there is a map."""
        return None if self.projection is None else self._shown("")

    def _shown(self, words: str) -> PageContent:
        more: dict[str, Any] = {"title": TITLE, "text": words, "language": self._language}
        return shown(self.spec, {"id": self._id}, self._known(), **more)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        live = super()._repr_mimebundle_(**kwargs)
        if live is None:
            return None
        self._questions["layout"].wait(first_picture_seconds())
        layout, near = self.projection, self._near
        lines = messages.described(layout, near, self.agreement, self.separation)
        drawn = None if layout is None else self.vectors
        paint = None if drawn is None else partial(png, drawn, layout, near, lines)
        page = memory(self.as_page, room())
        with self._read():
            words = "\n".join(map(told, lines)) or phrase(LATER)
            return saved(live, told(TITLE), words, paint, page=page)
