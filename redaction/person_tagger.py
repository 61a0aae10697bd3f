"""Persons in free text: a small recurrent network that jieba carries (lac_small), run forward in numpy, offline.

The network and its weights come with the jieba package (MIT; lac_small: Apache-2.0, PaddlePaddle Authors) and are read
from where it is installed; jieba itself isn't imported. It misses names: what may be published on it is told by
free_text.py. Layers as in lac_small/nets.py: embedding, two bidirectional GRUs, a linear layer, a CRF.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

Floats = npt.NDArray[np.float32]

HIDDEN = 128
LONGEST = 160  # characters looked at together; longer stretches without a stop are cut with an overlap
OVERLAP = 16
TOGETHER = 128  # stretches computed at once
_STRETCH = re.compile(r"[^。！？；!?\n\r]+[。！？；!?\n\r]*")
_PERSON = ("nr", "PER")


class PersonTagger(Protocol):
    """Whatever finds persons in texts: for each text the spans (start, end) of their names."""

    def find(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]: ...


@dataclass(frozen=True, slots=True)
class Gru:
    """One direction of one layer. `gates` and `candidate` act on the state, `inward` on the input."""

    inward: Floats
    bias: Floats
    gates: Floats
    candidate: Floats

    def run(self, steps: Floats, mask: Floats) -> Floats:
        """Hidden states (time, texts, HIDDEN) for inputs (time, texts, width); masked steps keep the state."""
        pushed = steps @ self.inward + self.bias
        state = np.zeros((steps.shape[1], HIDDEN), np.float32)
        out = np.empty((*steps.shape[:2], HIDDEN), np.float32)
        for t in range(len(steps)):
            gates = _sigmoid(pushed[t, :, : 2 * HIDDEN] + state @ self.gates)
            update, reset = gates[:, :HIDDEN], gates[:, HIDDEN:]
            candidate = np.tanh(pushed[t, :, 2 * HIDDEN :] + (reset * state) @ self.candidate)
            state += mask[t, :, None] * update * (candidate - state)
            out[t] = state
        return out


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The tagger. Its spans are what the network calls a person."""

    ids: dict[str, int]
    persons: frozenset[int]
    begins: frozenset[int]
    embedding: Floats
    layers: tuple[tuple[Gru, Gru], ...]
    out: Floats
    out_bias: Floats
    crf: Floats

    def find(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Spans of persons in each text, in order and without overlaps."""
        stretches = [(n, at, part) for n, text in enumerate(texts) for at, part in _stretches(text)]
        stretches.sort(key=lambda s: len(s[2]))
        found: list[set[tuple[int, int]]] = [set() for _ in texts]
        with threadpool_limits(limits=1):  # products this small cost 40 times as much where threads wait for each other
            for first in range(0, len(stretches), TOGETHER):
                group = stretches[first : first + TOGETHER]
                for (n, at, part), tags in zip(group, self._tags([p for _, _, p in group]), strict=True):
                    found[n].update((at + a, at + b) for a, b in _trimmed(part, self._spans(tags[: len(part)])))
        return [_merged(spans) for spans in found]

    def _tags(self, parts: list[str]) -> npt.NDArray[np.int64]:
        """The best tag of each character (texts, time)."""
        length, other = max(map(len, parts)), self.ids["OOV"]
        ids = np.zeros((length, len(parts)), np.int64)
        mask = np.zeros((length, len(parts)), np.float32)
        for n, part in enumerate(parts):
            ids[: len(part), n] = [self.ids.get(c, other) for c in part]
            mask[: len(part), n] = 1
        states = self.embedding[ids]
        for ahead, back in self.layers:
            reverse = back.run(states[::-1], mask[::-1])[::-1]
            states = np.concatenate([ahead.run(states, mask), reverse], axis=2)
        return self._best(states @ self.out + self.out_bias, mask)

    def _best(self, emission: Floats, mask: Floats) -> npt.NDArray[np.int64]:
        """Viterbi. Past a text's end nothing is added but its own last step stays best."""
        start, end, into = self.crf[0], self.crf[1], np.ascontiguousarray(self.crf[2:].T)
        lengths = mask.sum(axis=0).astype(np.int64)
        score = start + emission[0]
        back = np.zeros(emission.shape, np.int64)
        ranks = np.arange(emission.shape[2])
        for t in range(1, len(emission)):
            ways = score[:, None, :] + into
            best = ways.argmax(axis=2)
            on = mask[t][:, None] > 0
            back[t] = np.where(on, best, ranks)
            score = np.where(on, np.take_along_axis(ways, best[:, :, None], axis=2)[:, :, 0] + emission[t], score)
        tags = np.empty((emission.shape[1], len(emission)), np.int64)
        last = (score + end).argmax(axis=1)
        rows = np.arange(len(lengths))
        for t in range(len(emission) - 1, -1, -1):
            tags[:, t] = last
            last = back[t][rows, last]
        return tags

    def _spans(self, tags: npt.NDArray[np.int64]) -> Iterator[tuple[int, int]]:
        start: int | None = None
        for at, tag in enumerate([*tags.tolist(), -1]):
            if start is not None and (tag not in self.persons or tag in self.begins):
                yield start, at
                start = None
            if tag in self.persons and start is None:
                start = at


def _sigmoid(values: Floats) -> Floats:
    made: Floats = np.float32(0.5) * (np.tanh(np.float32(0.5) * values) + np.float32(1))
    return made


def _stretches(text: str) -> Iterator[tuple[int, str]]:
    """A text in sentences, long ones in overlapping pieces, with their offsets."""
    for match in _STRETCH.finditer(text):
        for at in range(match.start(), match.end(), LONGEST - OVERLAP):
            yield at, text[at : min(at + LONGEST, match.end())]
            if at + LONGEST >= match.end():
                break


def _trimmed(text: str, spans: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The spans without signs at their ends; of two characters at least, and not capitals alone (`AI`, `CT`)."""
    for start, end in spans:
        while start < end and not text[start].isalnum():
            start += 1
        while start < end and not text[end - 1].isalnum():
            end -= 1
        if end - start > 1 and not (text[start:end].isascii() and text[start:end].isupper()):
            yield start, end


def _merged(spans: set[tuple[int, int]]) -> list[tuple[int, int]]:
    done: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if done and start < done[-1][1]:
            done[-1] = (done[-1][0], max(end, done[-1][1]))
        else:
            done.append((start, end))
    return done


# --- reading the weights ---------------------------------------------------------------------------------------------


def _folder() -> Path:
    """Where the installed jieba keeps the network."""
    spec = importlib.util.find_spec("jieba")
    assert spec is not None, "jieba is a declared dependency"
    assert spec.origin is not None, "jieba is a package of files"
    return Path(spec.origin).parent / "lac_small"


def _read(folder: Path, name: str, *shape: int) -> Floats:
    """One saved parameter: 16 bytes of version, the length of a description, the description, raw float32."""
    data = (folder / "model_baseline" / name).read_bytes()
    length = int.from_bytes(data[16:20], "little")
    values: Floats = np.frombuffer(data, "<f4", offset=20 + length).reshape(shape).copy()  # aligned: 100 times as fast
    return values


def _gru(folder: Path, number: int, width: int) -> Gru:
    weights = _read(folder, f"gru_{number}.w_0", 3 * HIDDEN * HIDDEN)
    gates = weights[: 2 * HIDDEN * HIDDEN].reshape(HIDDEN, 2 * HIDDEN)
    bias = _read(folder, f"fc_{number}.b_0", 3 * HIDDEN) + _read(folder, f"gru_{number}.b_0", 3 * HIDDEN)
    inward = _read(folder, f"fc_{number}.w_0", width, 3 * HIDDEN)
    return Gru(inward, bias, gates, weights[2 * HIDDEN * HIDDEN :].reshape(HIDDEN, HIDDEN))


def _listed(path: Path) -> dict[str, int]:
    pairs = (line.split("\t") for line in path.read_text("utf-8").splitlines())
    return {pair[1]: int(pair[0]) for pair in pairs if len(pair) == 2}


@cache
def person_tagger() -> Network:
    """The network, read once in a process (0.1 s, 13 MB)."""
    folder = _folder()
    ids, tags = _listed(folder / "word.dic"), _listed(folder / "tag.dic")
    layers = tuple((_gru(folder, n, w), _gru(folder, n + 1, w)) for n, w in ((0, HIDDEN), (2, 2 * HIDDEN)))
    return Network(
        ids=ids,
        persons=frozenset(n for tag, n in tags.items() if tag.split("-")[0] in _PERSON),
        begins=frozenset(n for tag, n in tags.items() if tag.endswith("-B")),
        embedding=_read(folder, "word_emb", max(ids.values()) + 1, HIDDEN),
        layers=layers,
        out=_read(folder, "fc_4.w_0", 2 * HIDDEN, len(tags)),
        out_bias=_read(folder, "fc_4.b_0", len(tags)),
        crf=_read(folder, "crfw", len(tags) + 2, len(tags)),
    )
