// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/module.h"

namespace core::model {

/// torch.nn.TransformerEncoderLayer's parameters; the width is that of the input.
struct EncoderBlockSpec {
    std::int64_t heads = 4;
    std::int64_t feedforward = 256;
    double dropout = 0.1;
    std::string activation = "relu";
    bool normFirst = false;
    double eps = 1e-5;
    double stochasticDepth = 0;
};

/// What a block calls its tensors.
struct EncoderBlockNames {
    std::string attention = "self_attn", first = "linear1", second = "linear2", norm1 = "norm1", norm2 = "norm2";
    bool normsFirst = false; ///< whether the norms come before what they belong to in the state dict
};

/// Attention and a small network, each added to what came in and normed (Vaswani et al. 2017), over steps × features.
/// torch.nn.TransformerEncoderLayer, or torchvision's EncoderBlock by other names.
class EncoderBlock final : public Layer {
public:
    explicit EncoderBlock(EncoderBlockSpec spec, EncoderBlockNames names = {})
        : m_spec(std::move(spec)),
          m_names(std::move(names))
    {
    }

    std::string type(const Shape&) const override { return "TransformerEncoderLayer"; }
    std::string text(const Shape& input, const Shape& output) const override;
    base::Result<Shape> shapeBehind(const Shape& input) const override;
    std::unique_ptr<Module> make(Maker& maker, const Shape& input) const override;

private:
    EncoderBlockSpec m_spec;
    EncoderBlockNames m_names;
};

/// sin and cos of the place at wavelengths from 2π to 20,000π (Vaswani et al. 2017), added; no parameters.
class SinePositions final : public Layer {
public:
    std::string type(const Shape&) const override { return "PositionalEncoding"; }
    base::Result<Shape> shapeBehind(const Shape& input) const override;
    std::unique_ptr<Module> make(Maker& maker, const Shape& input) const override;
};

}
