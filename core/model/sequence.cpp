// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/sequence.h"

#include "core/model/backward_watch.h"
#include "core/model/block.h"
#include "core/model/checkpointed.h"
#include "core/model/maker.h"
#include "core/model/stages.h"

#include <ATen/core/LegacyTypeDispatch.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>

#include <algorithm>

namespace core::model {

namespace {

using Blocks = std::vector<Block>;

/// `values` through the blocks from `first` up to `end`; keptOf(i) is where block i keeps what its backward pass needs,
/// nullptr: nowhere.
template <class KeptOf>
at::Tensor through(const Blocks& blocks, std::size_t first, std::size_t end, at::Tensor values, const Mode& mode,
                   const Watch* watch, KeptOf keptOf)
{
    for (std::size_t i = first; i < end; ++i) {
        const Block& block = blocks[i];
        if (!watch && i + 1 < end) {
            at::Tensor output = forwardTogether(block, blocks[i + 1], values, keptOf(i), keptOf(i + 1));
            if (output.defined()) {
                values = std::move(output);
                ++i;
                continue;
            }
        }
        if (!watch) {
            values = forward(block, std::move(values), mode, keptOf(i));
            continue;
        }
        at::Tensor output = forward(block, values, mode, keptOf(i));
        if (!block.hidden)
            (*watch)({block.name, block.type, values, output});
        values = std::move(output);
    }
    return values;
}

bool learns(const Block& block)
{
    return std::ranges::any_of(block.parameters, [](const at::Tensor& t) { return t.requires_grad(); });
}

/// The whole sequence as one node of autograd's graph: edges to the input first, then to the parameters in order.
class SequenceBackward final : public torch::autograd::Node {
public:
    explicit SequenceBackward(std::shared_ptr<const Blocks> blocks)
        : m_blocks(std::move(blocks)),
          m_kept(m_blocks->size()),
          m_watch(backwardWatch)
    {
    }

    Kept* kept(std::size_t place) { return place < m_lowest ? nullptr : &m_kept[place]; }
    /// Below this block nothing learns: it needs no gradient, and nothing is kept for one.
    void setLowest(std::size_t block) { m_lowest = block; }
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
        const bool inParts = !m_inputs.empty();
        if (m_watch)
            (*m_watch)({});
        for (std::size_t i = m_blocks->size(); i-- > m_lowest;) {
            goThroughAgain(i);
            const Block& block = (*m_blocks)[i];
            end -= block.parameters.size();
            gradient = backward(block, gradient, m_kept[i], i > m_lowest || inputWanted,
                                learns(block) ? &gradients[end] : nullptr);
            if (m_watch)
                (*m_watch)(block.name);
            if (inParts)
                m_kept[i] = {};
        }
        if (inputWanted)
            gradients[0] = gradient.reshape(m_inputShape);
        return gradients;
    }

    /// From the forward pass: nothing is kept of the blocks from `first` up to `end`, which got `input`.
    void forgets(std::size_t first, std::size_t end, const at::Tensor& input, const Mode& mode)
    {
        m_inputs.push_back({first, end, input});
        m_mode = mode;
        m_mode.again = true;
    }

    void release_variables() override
    {
        m_kept.clear();
        m_inputs.clear();
    }

private:
    struct Part {
        std::size_t first, end;
        at::Tensor input;
    };

    // If block `i` is the last of a part of which nothing was kept.
    void goThroughAgain(std::size_t i)
    {
        const auto part = std::ranges::find(m_inputs, i + 1, &Part::end);
        if (part == m_inputs.end())
            return;
        through(*m_blocks, part->first, part->end, part->input, m_mode, nullptr,
                [&](std::size_t k) { return &m_kept[k]; });
    }

    std::vector<Part> m_inputs; ///< of parts, in order
    Mode m_mode;
    std::shared_ptr<const Blocks> m_blocks;
    std::vector<Kept> m_kept;
    std::size_t m_lowest = 0;
    Shape m_inputShape;
    const BackwardWatch* m_watch;
};

class Sequence final : public Network, public Divisible {
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
        if (!input.requires_grad())
            node->setLowest(std::size_t(std::ranges::find_if(*m_blocks, learns) - m_blocks->begin()));
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

    void freezingChanged() override { holdEdges(); }

    std::vector<BlockPlace> blocks() const override
    {
        std::vector<BlockPlace> all;
        for (const std::size_t place : beginnings()) {
            const Block& block = (*m_blocks)[place];
            all.push_back({block.name, block.type, block.parameters.size(), block.buffers.size()});
        }
        return all;
    }

    std::unique_ptr<Network> part(std::size_t first, std::size_t end) const override
    {
        std::vector<std::size_t> places = beginnings();
        places.push_back(m_blocks->size());
        Blocks some(m_blocks->begin() + std::ptrdiff_t(places[first]), m_blocks->begin() + std::ptrdiff_t(places[end]));
        std::vector<tensor::NamedTensor> parameters, buffers;
        std::size_t parameter = 0, buffer = 0;
        for (std::size_t i = 0; i < places[end]; ++i) {
            for (std::size_t k = 0; k < (*m_blocks)[i].parameters.size(); ++k, ++parameter)
                if (i >= places[first])
                    parameters.push_back(m_parameters[parameter]);
            for (std::size_t k = 0; k < (*m_blocks)[i].buffers.size(); ++k, ++buffer)
                if (i >= places[first])
                    buffers.push_back(m_buffers[buffer]);
        }
        return std::make_unique<Sequence>(m_rows && first == 0, std::move(some), std::move(parameters),
                                          std::move(buffers));
    }

    std::vector<PlainLayer> layers() const
    {
        std::vector<PlainLayer> all;
        for (const Block& block : *m_blocks)
            all.push_back(block.layer);
        return all;
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

    // Of the blocks that are shown, in m_blocks; the hidden ones behind them belong to them.
    std::vector<std::size_t> beginnings() const
    {
        std::vector<std::size_t> places;
        for (std::size_t i = 0; i < m_blocks->size(); ++i)
            if (places.empty() || !(*m_blocks)[i].hidden)
                places.push_back(i);
        return places;
    }

    at::Tensor pass(const at::Tensor& input, const Mode& mode, SequenceBackward* node) const
    {
        at::AutoDispatchBelowADInplaceOrView noGraph;
        at::Tensor values = m_rows && input.dim() > 2 ? input.flatten(1) : input;
        const bool inParts = node && mode.training && mode.checkpoints > 1;
        const std::vector<std::size_t> places = cuts(m_blocks->size(), inParts ? mode.checkpoints : 1);
        for (std::size_t part = 0; part + 1 < places.size(); ++part) {
            // What is kept of the last part is needed at once.
            const bool keeps = node && part + 2 == places.size();
            if (node && !keeps)
                node->forgets(places[part], places[part + 1], values, mode);
            values = through(*m_blocks, places[part], places[part + 1], std::move(values), mode, mode.watch,
                             [&](std::size_t i) { return keeps ? node->kept(i) : nullptr; });
        }
        return values;
    }

    bool m_rows;
    std::shared_ptr<const Blocks> m_blocks;
    std::vector<tensor::NamedTensor> m_parameters, m_buffers;
    torch::autograd::edge_list m_edges;
};

/// A layer with its tensors.
Block makeBlock(const PlainLayers& layers, std::size_t place, const Shape& input, Maker& maker)
{
    const Maker::Within within(maker, nameOf(layers, place));
    Block block{layers.list[place], place};
    block.name = nameOf(layers, place);
    block.type = typeOf(block.layer, input);
    const auto* dropout = std::get_if<Dropout>(&block.layer);
    block.hidden = dropout && !dropout->numbered;
    const auto weightAndBias = [&](const Shape& shape) {
        block.parameters = {maker.weight("weight", shape), maker.bias("bias", shape[0], fanInOf(shape))};
    };
    const auto scaleAndShift = [&](std::int64_t channels) {
        block.parameters = {maker.filled("weight", {channels}, 1), maker.filled("bias", {channels}, 0)};
    };
    if (const auto* linear = std::get_if<Linear>(&block.layer))
        weightAndBias({linear->outputs, input[0]});
    else if (const auto* conv = std::get_if<Conv2d>(&block.layer))
        weightAndBias({conv->channels, input[0], conv->kernel, conv->kernel});
    else if (std::holds_alternative<GroupNorm>(block.layer))
        scaleAndShift(input[0]);
    else if (std::holds_alternative<BatchNorm>(block.layer)) {
        scaleAndShift(input[0]);
        block.buffers = {maker.buffer("running_mean", {input[0]}, 0), maker.buffer("running_var", {input[0]}, 1),
                         maker.buffer("num_batches_tracked", {}, 0, at::kLong)};
    }
    return block;
}

}

base::Result<std::unique_ptr<Network>> makeSequence(const PlainLayers& layers, const NetworkContext& context)
{
    for (const LayerInfo& info : describe(layers, context.inputShape))
        if (!info.problem.empty())
            return base::Error{base::ErrorKind::Spec,
                               (info.name.empty() ? "" : "layer " + info.name + ", ") + info.type + ": " + info.problem,
                               "/model", "Choose another model or other sizes"};
    if (context.pixels)
        return base::Error{base::ErrorKind::Spec,
                           "this network gives one answer for a picture, but every pixel needs one", "/model/kind",
                           "Choose unet, or sequential with layers that keep the picture"};
    Maker maker(layers.init, context.seed);
    Blocks blocks;
    Shape shape = inputOf(layers, context.inputShape);
    for (std::size_t i = 0; i < layers.list.size(); ++i) {
        blocks.push_back(makeBlock(layers, i, shape, maker));
        shape = *shapeBehind(layers.list[i], shape);
    }
    return std::unique_ptr<Network>(std::make_unique<Sequence>(layers.rows, std::move(blocks),
                                                               std::move(maker.parameters), std::move(maker.buffers)));
}

std::vector<PlainLayer> layersIn(const Network& network)
{
    const auto* sequence = dynamic_cast<const Sequence*>(&network);
    return sequence ? sequence->layers() : std::vector<PlainLayer>{};
}

}
