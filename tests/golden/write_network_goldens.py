# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what PyTorch's and torchvision's modules compute, for the networks that are trees of layers.

    python3 tests/golden/write_network_goldens.py      # needs torch and torchvision; written with 2.11.0 and 0.26.0
"""
import json
import math
import pathlib

import torch
import torchvision
from torch import nn

HERE = pathlib.Path(__file__).parent


def wave(count, salt):
    """Numbers that the tests make in the same way."""
    return torch.sin(0.7 * torch.arange(count, dtype=torch.float64) + salt)


class Recurrent(nn.Module):
    def __init__(self, rnn, width, outputs):
        super().__init__()
        self.rnn = rnn
        self.fc = nn.Linear(width, outputs)

    def forward(self, x):
        x = x.unsqueeze(-1) if x.dim() == 2 else x.flatten(1, -2).transpose(1, 2)
        _, last = self.rnn(x)
        last = last[0] if isinstance(last, tuple) else last
        ways = 2 if self.rnn.bidirectional else 1
        return self.fc(torch.cat(list(last[-ways:]), 1))


class TokenRecurrent(Recurrent):
    def __init__(self, vocabulary, dim, rnn, width, outputs):
        nn.Module.__init__(self)
        self.embedding = nn.Embedding(vocabulary, dim)
        self.rnn = rnn
        self.fc = nn.Linear(width, outputs)

    def forward(self, x):
        return super().forward(self.embedding(x.long()).transpose(1, 2))


class Transformer(nn.Module):
    def __init__(self, features, width, outputs, layers, **options):
        super().__init__()
        self.embed = nn.Linear(features, width)
        layer = nn.TransformerEncoderLayer(width, batch_first=True, dropout=0.0, **options)
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.fc = nn.Linear(width, outputs)

    def forward(self, x):
        x = self.embed(x.flatten(1, -2).transpose(1, 2))
        places = torch.arange(x.shape[1], dtype=x.dtype)[:, None]
        rates = 10000.0 ** (-torch.arange(0, x.shape[2], 2, dtype=x.dtype) / x.shape[2])
        waves = torch.zeros(x.shape[1], x.shape[2], dtype=x.dtype)
        waves[:, 0::2] = torch.sin(places * rates)
        waves[:, 1::2] = torch.cos(places * rates)
        return self.fc(self.encoder(x + waves).mean(1))


class Series(nn.Module):
    def __init__(self, features, width, outputs):
        super().__init__()
        self.features = features
        self.fc = nn.Linear(width, outputs)

    def forward(self, x):
        return self.fc(self.features(x).mean(2))


class Residual(nn.Sequential):
    def __init__(self, *layers, shortcut=()):
        super().__init__(*layers)
        if shortcut:
            self.shortcut = nn.Sequential(*shortcut)

    def forward(self, x):
        made = x
        for name, layer in self.named_children():
            if name != "shortcut":
                made = layer(made)
        return made + (self.shortcut(x) if hasattr(self, "shortcut") else x)


class Twice(nn.Module):
    def __init__(self, channels, width):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(channels, width, 3, padding=1, bias=False), nn.BatchNorm2d(width)
        self.conv2, self.norm2 = nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width)

    def forward(self, x):
        return self.norm2(self.conv2(self.norm1(self.conv1(x)).relu())).relu()


class Level(nn.Module):
    """A level of a U-Net with all that is below it; `outer` channels come out of it, or the outputs at the top."""
    def __init__(self, channels, width, depth, outer, outputs=0):
        super().__init__()
        self.enc = Twice(channels, width)
        if depth > 0:
            self.below = Level(width, 2 * width, depth - 1, width)
            self.dec = Twice(2 * width, width)
        if outputs:
            self.head = nn.Conv2d(width, outputs, 1)
        else:
            self.up = nn.ConvTranspose2d(width, outer, 2, 2)

    def forward(self, x):
        if hasattr(self, "up"):
            x = nn.functional.max_pool2d(x, 2)
        x = self.enc(x)
        if hasattr(self, "below"):
            below = nn.functional.interpolate(self.below(x), x.shape[2:])
            x = self.dec(torch.cat([x, below], 1))
        return self.head(x) if hasattr(self, "head") else self.up(x)


class Autoencoder(nn.Module):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, x):
        return self.decoder(self.encoder(x)).flatten(1)


def small_stem(network):
    network.conv1 = nn.Conv2d(network.conv1.in_channels, 64, 3, 1, 1, bias=False)
    network.maxpool = nn.Identity()
    return network


def networks():
    yield {"kind": "resnet", "stem": "imagenet"}, [3, 64, 64], 3, torchvision.models.resnet18(num_classes=3)
    yield {"kind": "resnet", "depth": "34"}, [3, 16, 16], 2, small_stem(torchvision.models.resnet34(num_classes=2))
    yield {"kind": "resnet", "depth": "50"}, [3, 16, 16], 2, small_stem(torchvision.models.resnet50(num_classes=2))
    yield ({"kind": "vit", "patch_size": 4, "hidden_dim": 12, "num_layers": 2, "num_heads": 3, "mlp_dim": 10}, [3, 8, 8], 3,
           torchvision.models.VisionTransformer(8, 4, 2, 3, 12, 10, num_classes=3))
    yield {"kind": "rnn", "hidden_size": 5}, [3, 7], 2, Recurrent(nn.LSTM(3, 5, batch_first=True), 5, 2)
    yield ({"kind": "rnn", "cell": "gru", "hidden_size": 4, "num_layers": 2, "bidirectional": True}, [1, 4, 6], 3,
           Recurrent(nn.GRU(4, 4, 2, batch_first=True, bidirectional=True), 8, 3))
    yield {"kind": "rnn", "cell": "rnn", "hidden_size": 6, "num_layers": 2}, [9], 1, Recurrent(nn.RNN(1, 6, 2, batch_first=True), 6, 1)
    yield ({"kind": "rnn", "cell": "gru", "hidden_size": 4, "embedding_dim": 3}, [5], 2,
           TokenRecurrent(7, 3, nn.GRU(3, 4, batch_first=True), 4, 2))
    yield ({"kind": "transformer", "d_model": 8, "nhead": 2, "num_layers": 2, "dim_feedforward": 6, "dropout": 0}, [3, 6], 2,
           Transformer(3, 8, 2, 2, nhead=2, dim_feedforward=6))
    yield ({"kind": "transformer", "d_model": 6, "nhead": 3, "num_layers": 1, "dim_feedforward": 5, "activation": "gelu",
            "norm_first": True, "dropout": 0}, [2, 4, 5], 3,
           Transformer(8, 6, 3, 1, nhead=3, dim_feedforward=5, activation="gelu", norm_first=True))
    yield ({"kind": "cnn1d", "channels": [3, 4], "kernel": 3, "norm": "batch"}, [2, 9], 2,
           Series(nn.Sequential(nn.Conv1d(2, 3, 3, padding=1), nn.BatchNorm1d(3), nn.ReLU(), nn.MaxPool1d(2),
                                nn.Conv1d(3, 4, 3, padding=1), nn.BatchNorm1d(4), nn.ReLU(), nn.MaxPool1d(2)), 4, 2))
    yield {"kind": "unet", "depth": 2, "width": 4}, [2, 9, 8], 3, Level(2, 4, 2, 0, 3)
    yield ({"kind": "autoencoder", "hidden": [6], "bottleneck": 2}, [9], 9,
           Autoencoder(nn.Sequential(nn.Linear(9, 6), nn.ReLU(), nn.Identity(), nn.Linear(6, 2)),
                       nn.Sequential(nn.Linear(2, 6), nn.ReLU(), nn.Linear(6, 9))))
    yield ({"kind": "autoencoder", "channels": [3, 4], "hidden": [], "bottleneck": 5, "activation": "tanh"}, [1, 7, 7], 49,
           Autoencoder(nn.Sequential(nn.Conv2d(1, 3, 3, 2, 1), nn.Tanh(), nn.Conv2d(3, 4, 3, 2, 1), nn.Tanh(), nn.Flatten(), nn.Identity(),
                                     nn.Linear(16, 5)),
                       nn.Sequential(nn.Linear(5, 16), nn.Tanh(), nn.Unflatten(1, (4, 2, 2)), nn.Upsample((4, 4)), nn.Conv2d(4, 3, 3, padding=1),
                                     nn.Tanh(), nn.Upsample((7, 7)), nn.Conv2d(3, 1, 3, padding=1))))
    layers = [
        ({"kind": "Conv2d", "out_channels": 4, "kernel_size": 3, "stride": 2, "padding": 1, "bias": False}, nn.Conv2d(2, 4, 3, 2, 1, bias=False)),
        ({"kind": "BatchNorm2d", "momentum": 0.3}, nn.BatchNorm2d(4, momentum=0.3)),
        ({"kind": "LeakyReLU", "negative_slope": 0.2}, nn.LeakyReLU(0.2)),
        ({"kind": "Residual", "layers": [{"kind": "Conv2d", "out_channels": 6, "kernel_size": 3, "padding": 2, "dilation": 2, "groups": 2},
                                         {"kind": "GroupNorm", "num_groups": 3}, {"kind": "SiLU"}],
          "shortcut": [{"kind": "Conv2d", "out_channels": 6, "kernel_size": 1}]},
         Residual(nn.Conv2d(4, 6, 3, padding=2, dilation=2, groups=2), nn.GroupNorm(3, 6), nn.SiLU(), shortcut=[nn.Conv2d(4, 6, 1)])),
        ({"kind": "Residual", "layers": [{"kind": "PReLU"}]}, Residual(nn.PReLU())),
        ({"kind": "AvgPool2d", "kernel_size": 3, "stride": 1, "padding": 1}, nn.AvgPool2d(3, 1, 1)),
        ({"kind": "InstanceNorm"}, nn.InstanceNorm2d(6, affine=True)),
        ({"kind": "ConvTranspose2d", "out_channels": 3, "kernel_size": 2, "stride": 2}, nn.ConvTranspose2d(6, 3, 2, 2)),
        ({"kind": "ELU", "alpha": 0.7}, nn.ELU(0.7)),
        ({"kind": "Upsample"}, nn.Upsample(scale_factor=2)),
        ({"kind": "MaxPool2d", "kernel_size": 3, "stride": 2, "padding": 1}, nn.MaxPool2d(3, 2, 1)),
        ({"kind": "AdaptiveAvgPool2d", "output_size": 2}, nn.AdaptiveAvgPool2d(2)),
        ({"kind": "Flatten"}, nn.Flatten()),
        ({"kind": "Linear", "out_features": 8}, nn.Linear(12, 8)),
        ({"kind": "LayerNorm"}, nn.LayerNorm(8)),
        ({"kind": "SELU"}, nn.SELU()),
        ({"kind": "BatchNorm1d"}, nn.BatchNorm1d(8)),
        ({"kind": "Softplus"}, nn.Softplus()),
        ({"kind": "Unflatten", "unflattened_size": [2, 4]}, nn.Unflatten(1, (2, 4))),
        ({"kind": "Conv1d", "out_channels": 4, "kernel_size": 3, "padding": 1}, nn.Conv1d(2, 4, 3, padding=1)),
        ({"kind": "MaxPool1d", "kernel_size": 2}, nn.MaxPool1d(2)),
        ({"kind": "AvgPool1d", "kernel_size": 2, "stride": 1}, nn.AvgPool1d(2, 1)),
        ({"kind": "Flatten"}, nn.Flatten()),
        ({"kind": "GELU"}, nn.GELU()),
    ]
    yield ({"kind": "sequential", "layers": [spec for spec, _ in layers]}, [2, 8, 8], 3,
           nn.Sequential(*[module for _, module in layers], nn.Linear(4, 3)))
    for norm, module in (("layer", nn.GroupNorm(1, 4)), ("group", nn.GroupNorm(2, 4)), ("instance", nn.InstanceNorm2d(4, affine=True))):
        yield ({"kind": "cnn", "channels": [4], "hidden": [], "norm": norm, "norm_groups": 2}, [1, 4, 4], 2,
               nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), module, nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(16, 2)))
    yield ({"kind": "mlp", "hidden": [6], "norm": "layer"}, [3], 2,
           nn.Sequential(nn.Linear(3, 6), nn.LayerNorm(6), nn.ReLU(), nn.Linear(6, 2)))
    yield ({"kind": "mlp", "hidden": [6], "norm": "group", "norm_groups": 3, "norm_position": "after"}, [3], 2,
           nn.Sequential(nn.Linear(3, 6), nn.ReLU(), nn.GroupNorm(3, 6), nn.Linear(6, 2)))


def fill(module):
    """Waves small enough for deep networks; scales of norms about 1."""
    with torch.no_grad():
        for place, (name, tensor) in enumerate(module.named_parameters()):
            values = wave(tensor.numel(), 1.0 + place)
            if tensor.dim() > 1:
                values = values / math.sqrt(tensor.numel() / tensor.shape[0])
            else:
                values = 0.2 * values + (1 if name.endswith("weight") else 0)
            tensor.copy_(values.reshape(tensor.shape))


def digest(tensor):
    flat = tensor.double().flatten()
    return [flat.sum().item(), flat.abs().sum().item(), *flat[:3].tolist()]


def main():
    cases = []
    for model, shape, outputs, module in networks():
        module = module.double()
        fill(module)
        rows = 4
        vocabulary = module.embedding.num_embeddings if hasattr(module, "embedding") else 0
        data = wave(rows * math.prod(shape), 0.2).reshape(rows, *shape)
        if vocabulary:
            data = ((data + 1) / 2 * vocabulary).floor()
        data.requires_grad_(not vocabulary)
        module.train()
        output = module(data)
        output.backward(wave(output.numel(), 3.0).reshape(output.shape))
        state = {name: list(t.shape) for name, t in module.named_parameters()}
        state |= {name: list(t.shape) for name, t in module.named_buffers()}
        gradients = {name: digest(t.grad) for name, t in module.named_parameters()}
        buffers = {name: digest(t) for name, t in module.named_buffers()}
        trained = output.tolist()
        module.eval()
        evaluated = module(data).tolist()
        if len(state) > 200: # deep: a few of many are enough
            gradients, buffers = dict(list(gradients.items())[::9]), dict(list(buffers.items())[::20])
        cases.append({"model": model, "input_shape": shape, "vocabulary": vocabulary, "outputs": outputs, "rows": rows, "pixels": output.dim() == 4,
                      "state": state, "output": trained, "evaluated": evaluated, "gradients": gradients,
                      "input_gradient": [] if vocabulary else digest(data.grad), "buffers": buffers})
    (HERE / "deep_networks.json").write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
