// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/attention.h"

#include <ATen/ops/gelu.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/scaled_dot_product_attention.h>

#include <cmath>
#include <limits>

namespace core::model {

namespace {

struct Affine {
    at::Tensor weight, bias;

    at::Tensor operator()(const at::Tensor& x) const { return at::linear(x, weight, bias); }
};

class EncoderBlockModule final : public Module {
public:
    EncoderBlockSpec spec;
    Affine in, out, first, second, norm1, norm2;
    std::uint64_t place = 0; ///< of six

    at::Tensor forward(const at::Tensor& input, const Mode& mode) override
    {
        if (spec.normFirst) {
            const at::Tensor middle = input.add(kept(attended(normed(input, norm1), mode), mode, 0));
            return middle.add(kept(worked(normed(middle, norm2), mode), mode, 1));
        }
        const at::Tensor middle = normed(input.add(kept(attended(input, mode), mode, 0)), norm1);
        return normed(middle.add(kept(worked(middle, mode), mode, 1)), norm2);
    }

    void setDropout(double p) override { spec.dropout = p; }

private:
    // What a half adds: neurons dropped, and rows by stochastic depth.
    at::Tensor kept(const at::Tensor& values, const Mode& mode, std::uint64_t half) const
    {
        return dropped(dropped(values, spec.dropout, mode, place + half), spec.stochasticDepth, mode, place + 2 + half,
                       1);
    }

    at::Tensor normed(const at::Tensor& x, const Affine& norm) const
    {
        return at::layer_norm(x, {x.size(-1)}, norm.weight, norm.bias, spec.eps);
    }

    at::Tensor attended(const at::Tensor& x, const Mode& mode) const
    {
        const std::int64_t rows = x.size(0), steps = x.size(1), width = x.size(2);
        const at::Tensor all = in(x).view({rows, steps, 3, spec.heads, width / spec.heads}).permute({2, 0, 3, 1, 4});
        const at::Tensor query = all[0], key = all[1], value = all[2];
        // torch's key_padding_mask: nobody looks at what fills a row up.
        const at::Tensor filled = mode.padding.defined() && mode.padding.size(1) == steps
                                      ? mode.padding.view({rows, 1, 1, steps})
                                      : at::Tensor();
        at::Tensor heads;
        if (mode.training && spec.dropout > 0) {
            at::Tensor scores = query.matmul(key.transpose(-2, -1)).mul(1 / std::sqrt(double(width / spec.heads)));
            if (filled.defined())
                scores = scores.masked_fill(filled, -std::numeric_limits<double>::infinity());
            heads = dropped(scores.softmax(-1), spec.dropout, mode, place + 4).matmul(value);
        } else if (filled.defined())
            heads = at::scaled_dot_product_attention(query, key, value, filled.logical_not());
        else
            heads = at::scaled_dot_product_attention(query, key, value);
        return out(heads.transpose(1, 2).reshape({rows, steps, width}));
    }

    at::Tensor worked(const at::Tensor& x, const Mode& mode) const
    {
        const at::Tensor hidden = first(x);
        const at::Tensor bent = spec.activation == "gelu" ? at::gelu(hidden) : at::relu(hidden);
        return second(dropped(bent, spec.dropout, mode, place + 5));
    }
};

Affine affine(Maker& maker, const std::string& name, std::int64_t outputs, std::int64_t inputs)
{
    const Maker::Within within(maker, name);
    const at::Tensor weight = maker.weight("weight", {outputs, inputs});
    return {weight, maker.bias("bias", outputs, inputs)};
}

Affine norm(Maker& maker, const std::string& name, std::int64_t width)
{
    const Maker::Within within(maker, name);
    const at::Tensor weight = maker.filled("weight", {width}, 1);
    return {weight, maker.filled("bias", {width}, 0)};
}

}

std::string EncoderBlock::text(const Shape& input, const Shape&) const
{
    return std::to_string(input[1]) + " features, " + std::to_string(m_spec.heads) + " heads";
}

base::Result<Shape> EncoderBlock::shapeBehind(const Shape& input) const
{
    if (input.size() != 2)
        return misfit("steps × features", input, "put ToSteps or an Embedding in front");
    if (input[1] % m_spec.heads != 0)
        return misfit("features that divide into " + std::to_string(m_spec.heads) + " heads", input);
    return input;
}

// torch.nn.MultiheadAttention begins with xavier_uniform over the three maps together, and biases at 0.
std::unique_ptr<Module> EncoderBlock::make(Maker& maker, const Shape& input) const
{
    const std::int64_t width = input[1];
    auto block = std::make_unique<EncoderBlockModule>();
    block->spec = m_spec;
    if (m_names.normsFirst)
        block->norm1 = norm(maker, m_names.norm1, width);
    {
        const Maker::Within within(maker, m_names.attention);
        const Shape shape{3 * width, width};
        block->in.weight = maker.init().kind == "default"
                               ? maker.uniform("in_proj_weight", shape, std::sqrt(6.0 / double(4 * width)))
                               : maker.weight("in_proj_weight", shape);
        block->in.bias = maker.filled("in_proj_bias", {3 * width}, 0);
        const Maker::Within inside(maker, "out_proj");
        block->out.weight = maker.weight("weight", {width, width});
        block->out.bias = maker.filled("bias", {width}, 0);
    }
    if (m_names.normsFirst)
        block->norm2 = norm(maker, m_names.norm2, width);
    block->first = affine(maker, m_names.first, m_spec.feedforward, width);
    block->second = affine(maker, m_names.second, width, m_spec.feedforward);
    if (!m_names.normsFirst) {
        block->norm1 = norm(maker, m_names.norm1, width);
        block->norm2 = norm(maker, m_names.norm2, width);
    }
    block->place = maker.place();
    for (int i = 1; i < 6; ++i)
        maker.place();
    return block;
}

base::Result<Shape> SinePositions::shapeBehind(const Shape& input) const
{
    return input.size() == 2 ? base::Result<Shape>(input) : misfit("steps × features", input);
}

std::unique_ptr<Module> SinePositions::make(Maker&, const Shape& input) const
{
    const std::int64_t steps = input[0], width = input[1];
    at::Tensor waves = tensor::empty(input, at::kDouble);
    double* values = waves.mutable_data_ptr<double>();
    for (std::int64_t step = 0; step < steps; ++step)
        for (std::int64_t i = 0; i < width; ++i) {
            const double angle = double(step) * std::pow(10'000.0, -double(i / 2 * 2) / double(width));
            values[step * width + i] = i % 2 == 0 ? std::sin(angle) : std::cos(angle);
        }
    class Adder final : public Module {
    public:
        explicit Adder(at::Tensor waves) : m_waves(std::move(waves)) {}
        at::Tensor forward(const at::Tensor& x, const Mode&) override
        {
            if (!m_there.defined() || m_there.device() != x.device() || m_there.scalar_type() != x.scalar_type())
                m_there = m_waves.to(x.device(), x.scalar_type());
            return x.add(m_there);
        }

    private:
        at::Tensor m_waves, m_there;
    };
    return std::make_unique<Adder>(waves);
}

}
