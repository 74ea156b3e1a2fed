// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/sequence.h"

#include "core/model/block.h"

#include <ATen/core/LegacyTypeDispatch.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>

#include <cmath>

namespace core::model {

namespace {

using Shape = std::vector<std::int64_t>;
using Blocks = std::vector<Block>;

/// The whole sequence as one node of autograd's graph: edges to the input first, then to the parameters in order.
class SequenceBackward final : public torch::autograd::Node {
public:
    explicit SequenceBackward(std::shared_ptr<const Blocks> blocks)
        : m_blocks(std::move(blocks)),
          m_kept(m_blocks->size())
    {
    }

    Kept* kept(std::size_t place) { return &m_kept[place]; }
    void setInputShape(at::IntArrayRef shape) { m_inputShape = shape.vec(); }

    torch::autograd::variable_list apply(torch::autograd::variable_list&& arrived) override
    {
        TORCH_CHECK(m_kept.size() == m_blocks->size(), "backward was called twice on one forward pass");
        torch::autograd::variable_list gradients(num_outputs());
        if (!arrived[0].defined())
            return gradients;
        at::AutoDispatchBelowADInplaceOrView noGraph;
        const bool inputWanted = task_should_compute_output(0);
        at::Tensor gradient = std::move(arrived[0]);
        std::size_t end = gradients.size();
        for (std::size_t i = m_blocks->size(); i-- > 0;) {
            const Block& block = (*m_blocks)[i];
            end -= block.parameters.size();
            gradient = backward(block, gradient, m_kept[i], i > 0 || inputWanted, &gradients[end]);
        }
        if (inputWanted)
            gradients[0] = gradient.reshape(m_inputShape);
        return gradients;
    }

    void release_variables() override { m_kept.clear(); }

private:
    std::shared_ptr<const Blocks> m_blocks;
    std::vector<Kept> m_kept;
    Shape m_inputShape;
};

class Sequence final : public Network {
public:
    Sequence(bool rows, Blocks blocks, std::vector<tensor::NamedTensor> parameters,
             std::vector<tensor::NamedTensor> buffers)
        : m_rows(rows),
          m_blocks(std::make_shared<const Blocks>(std::move(blocks))),
          m_parameters(std::move(parameters)),
          m_buffers(std::move(buffers))
    {
        holdEdges();
    }

    at::Tensor forward(const at::Tensor& input, const Mode& mode) override
    {
        if (!at::GradMode::is_enabled())
            return pass(input, mode, nullptr);
        const std::shared_ptr<SequenceBackward> node(new SequenceBackward(m_blocks), torch::autograd::deleteNode);
        node->add_next_edge(input.requires_grad() ? torch::autograd::impl::gradient_edge(input)
                                                  : torch::autograd::Edge());
        for (const auto& parameter : m_parameters)
            node->add_next_edge(torch::autograd::impl::gradient_edge(parameter.tensor));
        node->setInputShape(input.sizes());
        // A tensor of its own: the node keeps outputs, and one that leads back to the node would never be freed.
        at::Tensor output = pass(input, mode, node.get()).variable_data();
        torch::autograd::set_history(output, node);
        return output;
    }

    const std::vector<tensor::NamedTensor>& parameters() const override { return m_parameters; }
    const std::vector<tensor::NamedTensor>& buffers() const override { return m_buffers; }

    void moveTo(at::Device device) override
    {
        for (const auto* list : {&m_parameters, &m_buffers})
            for (const auto& named : *list)
                if (named.tensor.device() != device)
                    named.tensor.set_data(named.tensor.detach().to(device));
        holdEdges();
    }

    void setDropout(double p) override
    {
        Blocks blocks = *m_blocks;
        bool changed = false;
        for (Block& block : blocks)
            if (auto* dropout = std::get_if<Dropout>(&block.layer); dropout && dropout->p != p) {
                dropout->p = p;
                changed = true;
            }
        // Graphs that are still about hold on to the blocks they were made with.
        if (changed)
            m_blocks = std::make_shared<const Blocks>(std::move(blocks));
    }

private:
    // The node that adds to a leaf's gradient lives as long as somebody holds it; making it anew would cost every step.
    void holdEdges()
    {
        m_edges.clear();
        for (const auto& parameter : m_parameters)
            m_edges.push_back(torch::autograd::impl::gradient_edge(parameter.tensor));
    }

    at::Tensor pass(const at::Tensor& input, const Mode& mode, SequenceBackward* node) const
    {
        at::AutoDispatchBelowADInplaceOrView noGraph;
        at::Tensor values = m_rows && input.dim() > 2 ? input.flatten(1) : input;
        for (std::size_t i = 0; i < m_blocks->size(); ++i)
            values = model::forward((*m_blocks)[i], values, mode, node ? node->kept(i) : nullptr);
        return values;
    }

    bool m_rows;
    std::shared_ptr<const Blocks> m_blocks;
    std::vector<tensor::NamedTensor> m_parameters, m_buffers;
    torch::autograd::edge_list m_edges;
};

/// torch.nn.init by name; `default` is kaiming_uniform with a = √5, which torch.nn.Linear and Conv2d begin with.
at::Tensor drawnWeight(const Shape& shape, const std::string& init, const base::Draw& draw)
{
    at::Tensor weight = tensor::empty(shape);
    const double window = shape.size() == 4 ? double(shape[2] * shape[3]) : 1;
    const double fanIn = double(shape[1]) * window, fanOut = double(shape[0]) * window;
    const double fans = init.starts_with("xavier") ? fanIn + fanOut : fanIn;
    const double variance = (init == "default" ? 1.0 / 3 : 2.0) / fans;
    const bool normal = init.ends_with("normal");
    const double size = std::sqrt(normal ? variance : 3 * variance);
    float* values = weight.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < weight.numel(); ++i)
        values[i] = float(size * (normal ? draw.normal(std::uint64_t(i)) : draw.uniform(std::uint64_t(i), -1, 1)));
    return weight;
}

/// Uniform in ± 1 / √fanIn, as torch.nn.Linear and Conv2d.
at::Tensor drawnBias(std::int64_t outputs, std::int64_t fanIn, const base::Draw& draw)
{
    at::Tensor bias = tensor::empty({outputs});
    const double bound = 1 / std::sqrt(double(fanIn));
    for (std::int64_t i = 0; i < outputs; ++i)
        bias.mutable_data_ptr<float>()[i] = float(draw.uniform(std::uint64_t(i), -bound, bound));
    return bias;
}

/// Makes a layer's tensors and tells their names.
class Maker {
public:
    Maker(const Layers& layers, std::uint64_t seed) : m_layers(layers), m_seed(seed) {}

    Block make(std::size_t place, const Shape& input)
    {
        const std::string name = nameOf(m_layers, place);
        m_prefix = name.empty() ? "" : name + ".";
        m_block = {m_layers.list[place], place};
        if (const auto* linear = std::get_if<Linear>(&m_block.layer))
            weightAndBias({linear->outputs, input[0]});
        else if (const auto* conv = std::get_if<Conv2d>(&m_block.layer))
            weightAndBias({conv->channels, input[0], conv->kernel, conv->kernel});
        else if (std::holds_alternative<BatchNorm>(m_block.layer))
            norm(input[0]);
        return std::move(m_block);
    }

    std::vector<tensor::NamedTensor> parameters, buffers;

private:
    void weightAndBias(const Shape& shape)
    {
        std::int64_t fanIn = 1;
        for (std::size_t i = 1; i < shape.size(); ++i)
            fanIn *= shape[i];
        addParameter("weight", drawnWeight(shape, m_layers.init, drawOf("weight")));
        addParameter("bias", drawnBias(shape[0], fanIn, drawOf("bias")));
    }

    void norm(std::int64_t channels)
    {
        addParameter("weight", tensor::zeros({channels}).fill_(1));
        addParameter("bias", tensor::zeros({channels}));
        addBuffer("running_mean", tensor::zeros({channels}));
        addBuffer("running_var", tensor::zeros({channels}).fill_(1));
        addBuffer("num_batches_tracked", tensor::zeros({}, at::kLong));
    }

    base::Draw drawOf(const char* name) const { return base::Draw(m_seed, "init/" + m_prefix + name); }

    void addParameter(const char* name, at::Tensor tensor)
    {
        tensor.set_requires_grad(true);
        parameters.push_back({m_prefix + name, tensor});
        m_block.parameters.push_back(std::move(tensor));
    }

    void addBuffer(const char* name, at::Tensor tensor)
    {
        buffers.push_back({m_prefix + name, tensor});
        m_block.buffers.push_back(std::move(tensor));
    }

    const Layers& m_layers;
    std::uint64_t m_seed;
    std::string m_prefix;
    Block m_block;
};

}

base::Result<std::unique_ptr<Network>> makeSequence(const Layers& layers, const NetworkContext& context)
{
    for (const LayerInfo& info : describe(layers, context.inputShape))
        if (!info.problem.empty())
            return base::Error{base::ErrorKind::Spec,
                               (info.name.empty() ? "" : "layer " + info.name + ", ") + info.type + ": " + info.problem,
                               "/model", "Choose another model or other sizes"};
    Maker maker(layers, context.seed);
    Blocks blocks;
    Shape shape = inputOf(layers, context.inputShape);
    for (std::size_t i = 0; i < layers.list.size(); ++i) {
        blocks.push_back(maker.make(i, shape));
        shape = *shapeBehind(layers.list[i], shape);
    }
    return std::unique_ptr<Network>(std::make_unique<Sequence>(layers.rows, std::move(blocks),
                                                               std::move(maker.parameters), std::move(maker.buffers)));
}

}
