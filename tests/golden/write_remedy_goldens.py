# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what autograd says of penalties against forgetting, and what PyTorch's modules say of texts that are padded,
for the tests to compare with.

    python3 tests/golden/write_remedy_goldens.py        # needs torch; written with 2.11.0
"""
import json
import math
import pathlib

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

HERE = pathlib.Path(__file__).parent
torch.set_default_dtype(torch.float64)


def wave(count, salt):
    """Numbers that the tests make in the same way."""
    return torch.tensor([math.sin(0.7 * i + salt) for i in range(count)])


def write(name, cases):
    (HERE / name).write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


def remedies():
    """A hidden layer that an old task taught, and a head of two old outputs and a new one."""
    shapes = {"0.weight": (4, 3), "0.bias": (4,), "2.weight": (3, 4), "2.bias": (3,)}
    old_rows = [4, 4, 2, 2]
    start = {name: wave(math.prod(s), 1.0 + i).reshape(s) for i, (name, s) in enumerate(shapes.items())}
    now = {name: (w + 0.3 * wave(w.numel(), 9.0 + i).reshape(w.shape)).requires_grad_()
           for i, (name, w) in enumerate(start.items())}
    cases = []

    def tell(kind, settings, penalty, **more):
        gradients = torch.autograd.grad(penalty, list(now.values()), allow_unused=True)
        cases.append({"remedy": {"kind": kind, **settings}, "penalty": penalty.item(),
                      "gradients": [g.tolist() for g in gradients], **more})

    alpha, beta = 0.7, 0.3
    penalty = 0
    for (name, w), k in zip(now.items(), old_rows):
        penalty = penalty + alpha / 2 * (w[:k] - start[name][:k]).pow(2).sum() + beta / 2 * w[k:].pow(2).sum()
    tell("l2_sp", {"alpha": alpha, "beta": beta}, penalty)

    rows = 5
    inputs = wave(rows * 3, 0.4).reshape(rows, 3)
    labels = [i % 2 for i in range(rows)]
    weights = {name: w.clone().requires_grad_() for name, w in start.items()}
    fisher = {name: torch.zeros_like(w) for name, w in start.items()}
    for x, y in zip(inputs, labels):
        hidden = torch.tanh(nn.functional.linear(x, weights["0.weight"], weights["0.bias"]))
        scores = nn.functional.linear(hidden, weights["2.weight"], weights["2.bias"])[:2]
        loss = -torch.log_softmax(scores, 0)[y]
        for (name, _), g in zip(weights.items(), torch.autograd.grad(loss, list(weights.values()))):
            fisher[name] += g.pow(2) / rows
    for (name, f), k in zip(fisher.items(), old_rows):
        f[k:] = 0
    penalty = sum(40.0 / 2 * (fisher[name] * (w - start[name]).pow(2)).sum() for name, w in now.items())
    tell("ewc", {"lambda": 40.0, "rows": rows, "fisher": "empirical"}, penalty, inputs=inputs.tolist(), labels=labels,
         fisher=[f.tolist() for f in fisher.values()])
    write("remedies.json", cases)


def fill(module):
    """The same numbers as in the test's fill()."""
    salt = 1.0
    for name, parameter in module.named_parameters():
        values = wave(parameter.numel(), salt).reshape(parameter.shape)
        salt += 1
        if parameter.dim() > 1:
            values = values / math.sqrt(parameter.numel() / parameter.shape[0])
        else:
            values = 0.2 * values + (1 if name.endswith("weight") else 0)
        parameter.data = values


class Reader(nn.Module):
    def __init__(self, rnn, width):
        super().__init__()
        self.embedding = nn.Embedding(11, 6)
        self.rnn = rnn
        self.fc = nn.Linear(width, 3)

    def forward(self, ids):
        lengths = (ids != 0).sum(1)
        packed = pack_padded_sequence(self.embedding(ids), lengths, batch_first=True, enforce_sorted=False)
        last = self.rnn(packed)[1]
        last = last[0] if isinstance(last, tuple) else last
        return self.fc(torch.cat([last[-2], last[-1]], 1) if self.rnn.bidirectional else last[-1])


class Attender(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(11, 6)
        layer = nn.TransformerEncoderLayer(6, 2, 10, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.fc = nn.Linear(6, 3)

    def forward(self, ids):
        x = self.embedding(ids)
        places = torch.arange(x.shape[1], dtype=x.dtype)[:, None]
        rates = 10000.0 ** (-torch.arange(0, x.shape[2], 2, dtype=x.dtype) / x.shape[2])
        waves = torch.zeros(x.shape[1], x.shape[2])
        waves[:, 0::2] = torch.sin(places * rates)
        waves[:, 1::2] = torch.cos(places * rates)
        empty = ids == 0
        seen = (~empty)[:, :, None]
        x = self.encoder(x + waves, src_key_padding_mask=empty)
        return self.fc((x * seen).sum(1) / seen.sum(1))


def padding():
    ids = torch.tensor([[3, 4, 5, 0, 0, 0], [6, 1, 2, 9, 10, 7], [8, 0, 0, 0, 0, 0], [2, 2, 7, 5, 0, 0]])
    rnns = {"embedding_dim": 6, "hidden_size": 5}
    models = [({"kind": "rnn", "cell": cell, **rnns, **more}, Reader(made(6, 5, batch_first=True, **options), width))
              for cell, made in (("lstm", nn.LSTM), ("gru", nn.GRU), ("rnn", nn.RNN))
              for more, options, width in (({}, {}, 5),
                                           ({"bidirectional": True, "num_layers": 2},
                                            {"bidirectional": True, "num_layers": 2}, 10))]
    models.append(({"kind": "transformer", "d_model": 6, "nhead": 2, "dim_feedforward": 10, "dropout": 0.0},
                   Attender()))
    cases = []
    for model, module in models:
        fill(module)
        module.train()
        output = module(ids)
        output.backward(wave(output.numel(), 3.0).reshape(output.shape))
        cases.append({"model": model, "ids": ids.tolist(), "output": output.tolist(),
                      "gradients": {name: p.grad.tolist() for name, p in module.named_parameters()}})
    write("padding.json", cases)


def byte_pairs():
    """Algorithm 1 of Sennrich et al. 2016; of pairs that are as frequent, the first in the alphabet."""
    words = {"low": 5, "lower": 2, "newest": 6, "widest": 3, "hugs": 4, "über": 2}
    cut = {word: list(word[:-1]) + [word[-1] + "</w>"] for word in words}
    merges = []
    while True:
        counts = {}
        for word, pieces in cut.items():
            for pair in zip(pieces, pieces[1:]):
                counts[pair] = counts.get(pair, 0) + words[word]
        if not counts or max(counts.values()) < 2:
            break
        most = max(counts.values())
        pair = min((p for p, c in counts.items() if c == most), key=lambda p: tuple(s.encode() for s in p))
        merges.append(list(pair))
        for word, pieces in cut.items():
            joined = []
            for piece in pieces:
                if joined and (joined[-1], piece) == pair:
                    joined[-1] += piece + "\0"
                else:
                    joined.append(piece)
            cut[word] = [piece.replace("\0", "") for piece in joined]
    unseen = "lowest"
    pieces = list(unseen[:-1]) + [unseen[-1] + "</w>"]
    for pair in merges:
        i = 0
        while i + 1 < len(pieces):
            if [pieces[i], pieces[i + 1]] == pair:
                pieces[i:i + 2] = [pieces[i] + pieces[i + 1]]
            i += 1
    write("byte_pairs.json", [{"words": words, "merges": merges, "unseen": unseen, "pieces": pieces}])


if __name__ == "__main__":
    remedies()
    padding()
    byte_pairs()
