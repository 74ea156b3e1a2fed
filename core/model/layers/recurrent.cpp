// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/autocast.h"
#include "core/model/module.h"

#include <ATen/ops/_pack_padded_sequence.h>
#include <ATen/ops/_pad_packed_sequence.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/gru.h>
#include <ATen/ops/lstm.h>
#include <ATen/ops/rnn_relu.h>
#include <ATen/ops/rnn_tanh.h>
#include <ATen/ops/zeros.h>

#include <cmath>

namespace core::model::layers::recurrent {

namespace {

enum class Cell { Lstm, Gru, Tanh, Relu };

struct Spec {
    std::int64_t hiddenSize = 64;
    std::int64_t numLayers = 1;
    bool bidirectional = false;
    double dropout = 0;
    std::string output = "last";
};

struct PlainSpec : Spec {
    std::string nonlinearity = "tanh";
};

template <class AnySpec>
base::Fields<AnySpec> fields()
{
    const auto own = []<class T>(T Spec::*member) { return static_cast<T AnySpec::*>(member); };
    return base::Fields<AnySpec>{}
        .add("hidden_size", own(&Spec::hiddenSize), base::Int{1, 1 << 16},
             {"Numbers that are carried from step to step."}, {.unit = "neurons"})
        .add("num_layers", own(&Spec::numLayers), base::Int{1, 64}, {"Layers on top of each other."},
             {.unit = "layers"})
        .add("bidirectional", own(&Spec::bidirectional), base::Flag{},
             {"Reads the series backwards too, by weights of its own."})
        .add("dropout", own(&Spec::dropout), base::Real{.min = 0, .max = 1, .belowMax = true},
             {"The share of each layer's outputs that a training step switches off; not of the last layer's."})
        .add("output", own(&Spec::output), base::Choice{{"last", "all"}},
             {"last: what is carried behind the last step. all: what every step says."});
}

using Weights = std::vector<at::Tensor>; // weight_ih, weight_hh, bias_ih, bias_hh, and those of the way back

// On a GPU cuDNN copies weights that lie apart into one piece at every call, and LibTorch warns of it each time; they
// are parameters of their own on purpose, with PyTorch's names.
class WeightsApart final : public c10::WarningHandler {
public:
    void process(const c10::Warning& warning) override
    {
        if (warning.msg().find("RNN module weights are not part of single contiguous chunk") == std::string::npos)
            c10::WarningHandler::process(warning);
    }
};

// oneDNN's LSTM in 16 bits asks for AVX-512, and LibTorch does not ask whether there is one: without it, and in
// float16, which few processors have at all, an LSTM on a CPU stays in float32.
bool halvesLstm(const at::Tensor& input, const Mode& mode)
{
    if (!mode.compute || !input.is_cpu())
        return true;
    return *mode.compute == at::kBFloat16 && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq");
}

// One layer over [n, steps, features] → what every step says, and what is carried behind the last one.
std::pair<at::Tensor, at::Tensor> run(Cell cell, const at::Tensor& input, const at::Tensor& start,
                                      const Weights& weights, bool training, bool bidirectional)
{
    switch (cell) {
    case Cell::Lstm: {
        const auto [all, last, memory] =
            at::lstm(input, {start, start}, weights, true, 1, 0, training, bidirectional, true);
        return {all, last};
    }
    case Cell::Gru: {
        const auto [all, last] = at::gru(input, start, weights, true, 1, 0, training, bidirectional, true);
        return {all, last};
    }
    case Cell::Tanh: {
        const auto [all, last] = at::rnn_tanh(input, start, weights, true, 1, 0, training, bidirectional, true);
        return {all, last};
    }
    case Cell::Relu:
        break;
    }
    const auto [all, last] = at::rnn_relu(input, start, weights, true, 1, 0, training, bidirectional, true);
    return {all, last};
}

// The same over packed steps: each row ends where it does, also on the way back.
std::pair<at::Tensor, at::Tensor> runPacked(Cell cell, const at::Tensor& data, const at::Tensor& sizes,
                                            const at::Tensor& start, const Weights& weights, bool training,
                                            bool bidirectional)
{
    if (cell == Cell::Lstm) {
        const auto [all, last, memory] =
            at::lstm(data, sizes, {start, start}, weights, true, 1, 0, training, bidirectional);
        return {all, last};
    }
    if (cell == Cell::Gru) {
        const auto [all, last] = at::gru(data, sizes, start, weights, true, 1, 0, training, bidirectional);
        return {all, last};
    }
    const auto [all, last] = cell == Cell::Tanh
                                 ? at::rnn_tanh(data, sizes, start, weights, true, 1, 0, training, bidirectional)
                                 : at::rnn_relu(data, sizes, start, weights, true, 1, 0, training, bidirectional);
    return {all, last};
}

/// torch.nn.LSTM, GRU and RNN with batch_first. Dropout between layers is drawn by us, so that it is a function of the
/// step.
class RecurrentModule final : public Module {
public:
    RecurrentModule(Cell cell, const Spec& spec, std::vector<Weights> layers, std::uint64_t place)
        : m_cell(cell),
          m_spec(spec),
          m_layers(std::move(layers)),
          m_place(place)
    {
    }

    at::Tensor forward(const at::Tensor& given, const Mode& mode) override
    {
        WeightsApart apart;
        const c10::WarningUtils::WarningHandlerGuard listening(&apart);
        std::optional<Whole> whole;
        if (m_cell == Cell::Lstm && !halvesLstm(given, mode))
            whole.emplace(given.device().type());
        const at::Tensor input = whole ? given.to(at::kFloat) : given;
        const at::Tensor start =
            at::zeros({m_spec.bidirectional ? 2 : 1, input.size(0), m_spec.hiddenSize}, input.options());
        if (mode.padding.defined() && mode.padding.size(1) == input.size(1))
            return packed(input, start, mode);
        at::Tensor values = input, last;
        for (std::size_t i = 0; i < m_layers.size(); ++i) {
            if (i > 0)
                values = dropped(values, m_spec.dropout, mode, m_place + i);
            std::tie(values, last) = run(m_cell, values, start, m_layers[i], mode.training, m_spec.bidirectional);
        }
        if (m_spec.output == "all")
            return values;
        return m_spec.bidirectional ? at::cat({last[0], last[1]}, 1) : last[0];
    }

    void setDropout(double p) override { m_spec.dropout = p; }

private:
    // torch.nn.utils.rnn.pack_padded_sequence with enforce_sorted false.
    at::Tensor packed(const at::Tensor& input, const at::Tensor& start, const Mode& mode)
    {
        const at::Tensor lengths = mode.padding.logical_not().sum(1).clamp_min(1);
        const at::Tensor order = lengths.argsort(true, 0, true);
        at::Tensor values, sizes, last;
        std::tie(values, sizes) =
            at::_pack_padded_sequence(input.index_select(0, order), lengths.index_select(0, order).to(at::kCPU), true);
        for (std::size_t i = 0; i < m_layers.size(); ++i) {
            if (i > 0)
                values = dropped(values, m_spec.dropout, mode, m_place + i);
            std::tie(values, last) =
                runPacked(m_cell, values, sizes, start, m_layers[i], mode.training, m_spec.bidirectional);
        }
        const at::Tensor back = order.argsort();
        if (m_spec.output == "all")
            return std::get<0>(at::_pad_packed_sequence(values, sizes, true, 0, input.size(1))).index_select(0, back);
        return (m_spec.bidirectional ? at::cat({last[0], last[1]}, 1) : last[0]).index_select(0, back);
    }

    Cell m_cell;
    Spec m_spec;
    std::vector<Weights> m_layers;
    std::uint64_t m_place;
};

class RecurrentLayer : public Layer {
public:
    RecurrentLayer(Cell cell, Spec spec) : m_cell(cell), m_spec(std::move(spec)) {}

    std::string type(const Shape&) const override
    {
        return m_cell == Cell::Lstm ? "LSTM" : m_cell == Cell::Gru ? "GRU" : "RNN";
    }
    std::string text(const Shape& input, const Shape&) const override
    {
        return std::to_string(input[1]) + " → " + std::to_string(m_spec.hiddenSize) +
               (m_spec.numLayers > 1 ? ", " + std::to_string(m_spec.numLayers) + " layers" : "") +
               (m_spec.bidirectional ? ", both ways" : "");
    }

    base::Result<Shape> shapeBehind(const Shape& input) const override
    {
        if (input.size() != 2)
            return misfit("steps × features", input, "put ToSteps or an Embedding in front");
        return m_spec.output == "all" ? Shape{input[0], width()} : Shape{width()};
    }

    std::unique_ptr<Module> make(Maker& maker, const Shape& input) const override
    {
        const std::int64_t gates = m_cell == Cell::Lstm ? 4 : m_cell == Cell::Gru ? 3 : 1, hidden = m_spec.hiddenSize;
        const double bound = 1 / std::sqrt(double(hidden));
        // torch.nn draws all of them from ± 1 / √hidden; another init is for the weights.
        const auto weight = [&](const std::string& name, const Shape& shape) {
            return maker.init().kind == "default" ? maker.uniform(name, shape, bound) : maker.weight(name, shape);
        };
        std::vector<Weights> layers;
        for (std::int64_t i = 0; i < m_spec.numLayers; ++i) {
            Weights weights;
            for (const char* way : {"", "_reverse"}) {
                const std::string end = "_l" + std::to_string(i) + way;
                weights.push_back(weight("weight_ih" + end, {gates * hidden, i > 0 ? width() : input[1]}));
                weights.push_back(weight("weight_hh" + end, {gates * hidden, hidden}));
                weights.push_back(maker.uniform("bias_ih" + end, {gates * hidden}, bound));
                weights.push_back(maker.uniform("bias_hh" + end, {gates * hidden}, bound));
                if (!m_spec.bidirectional)
                    break;
            }
            layers.push_back(std::move(weights));
        }
        const std::uint64_t place = maker.place();
        for (std::int64_t i = 1; i < m_spec.numLayers; ++i)
            maker.place();
        return std::make_unique<RecurrentModule>(m_cell, m_spec, std::move(layers), place);
    }

private:
    std::int64_t width() const { return m_spec.hiddenSize * (m_spec.bidirectional ? 2 : 1); }

    Cell m_cell;
    Spec m_spec;
};

/// Hochreiter & Schmidhuber 1997.
class Lstm final : public RecurrentLayer {
public:
    explicit Lstm(Spec spec) : RecurrentLayer(Cell::Lstm, std::move(spec)) {}
};
/// Cho et al. 2014.
class Gru final : public RecurrentLayer {
public:
    explicit Gru(Spec spec) : RecurrentLayer(Cell::Gru, std::move(spec)) {}
};
/// Elman 1990.
class Rnn final : public RecurrentLayer {
public:
    explicit Rnn(PlainSpec spec) : RecurrentLayer(spec.nonlinearity == "relu" ? Cell::Relu : Cell::Tanh, spec) {}
};

}

void enroll(Layers& all)
{
    all.add<Lstm>("LSTM", "LSTM", "Reads step by step and carries a memory that gates write to and erase.",
                  fields<Spec>());
    all.add<Gru>("GRU", "GRU", "Like an LSTM with two gates and no separate memory: fewer weights.", fields<Spec>());
    all.add<Rnn>("RNN", "Plain recurrent layer",
                 "Reads step by step and mixes each step with what it carries. Gradients vanish over long series.",
                 fields<PlainSpec>().add("nonlinearity", &PlainSpec::nonlinearity, base::Choice{{"tanh", "relu"}},
                                         {"What bends the sum of each step."}));
}

}
