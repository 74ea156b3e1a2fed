// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/tree.h"

#include "core/model/autocast.h"
#include "core/model/module.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>

namespace core::model {

namespace {

// Some of a tree's layers, one behind the other.
class Branch final : public Network {
public:
    Branch(bool first, std::vector<Link> links, std::vector<tensor::NamedTensor> parameters,
           std::vector<tensor::NamedTensor> buffers)
        : m_first(first),
          m_links(std::move(links)),
          m_parameters(std::move(parameters)),
          m_buffers(std::move(buffers))
    {
    }

    at::Tensor forward(const at::Tensor& input, const Mode& mode) override
    {
        const Autocast cast(input.device().type(), mode.compute);
        at::Tensor values = m_first && input.dim() == 4 ? input.contiguous(layoutOf(input, mode)) : input;
        for (const Link& link : m_links)
            values = link.module->forward(values, mode);
        return values;
    }

    const std::vector<tensor::NamedTensor>& parameters() const override { return m_parameters; }
    const std::vector<tensor::NamedTensor>& buffers() const override { return m_buffers; }
    void moveTo(at::Device) override {}
    void setDropout(double p) override
    {
        for (const Link& link : m_links)
            link.module->setDropout(p);
    }

private:
    bool m_first;
    std::vector<Link> m_links;
    std::vector<tensor::NamedTensor> m_parameters, m_buffers;
};

class Tree final : public Network, public Divisible {
public:
    Tree(std::unique_ptr<Module> root, std::vector<tensor::NamedTensor> parameters,
         std::vector<tensor::NamedTensor> buffers, std::int64_t padding)
        : m_root(std::move(root)),
          m_parameters(std::move(parameters)),
          m_buffers(std::move(buffers)),
          m_padding(padding)
    {
    }

    at::Tensor forward(const at::Tensor& input, const Mode& mode) override
    {
        const Autocast cast(input.device().type(), mode.compute);
        return m_root->forward(input.dim() == 4 ? input.contiguous(layoutOf(input, mode)) : input,
                               modeBehind(input, mode));
    }

    Mode modeBehind(const at::Tensor& input, const Mode& mode) const override
    {
        Mode filled = mode;
        if (m_padding >= 0 && input.dim() == 2)
            filled.padding = input.eq(m_padding);
        return filled;
    }

    std::vector<BlockPlace> blocks() const override
    {
        std::vector<BlockPlace> all;
        for (const Link& link : linksOf(*m_root))
            all.push_back(link.place);
        return all;
    }

    std::unique_ptr<Network> part(std::size_t first, std::size_t end) const override
    {
        std::vector<Link> some;
        std::vector<tensor::NamedTensor> parameters, buffers;
        std::size_t place = 0;
        auto parameter = m_parameters.begin(), buffer = m_buffers.begin();
        for (const Link& link : linksOf(*m_root)) {
            const auto parametersEnd = parameter + std::ptrdiff_t(link.place.parameters),
                       buffersEnd = buffer + std::ptrdiff_t(link.place.buffers);
            if (place >= first && place < end) {
                some.push_back(link);
                parameters.insert(parameters.end(), parameter, parametersEnd);
                buffers.insert(buffers.end(), buffer, buffersEnd);
            }
            parameter = parametersEnd;
            buffer = buffersEnd;
            ++place;
        }
        return std::make_unique<Branch>(first == 0, std::move(some), std::move(parameters), std::move(buffers));
    }

    const std::vector<tensor::NamedTensor>& parameters() const override { return m_parameters; }
    const std::vector<tensor::NamedTensor>& buffers() const override { return m_buffers; }

    void moveTo(at::Device device) override
    {
        for (const auto* list : {&m_parameters, &m_buffers})
            for (const auto& named : *list)
                if (named.tensor.device() != device)
                    named.tensor.set_data(named.tensor.detach().to(device));
    }

    void setDropout(double p) override { m_root->setDropout(p); }

private:
    std::unique_ptr<Module> m_root;
    std::vector<tensor::NamedTensor> m_parameters, m_buffers;
    std::int64_t m_padding; ///< the token that fills up rows; −1: none
};

std::string joined(const std::string& prefix, const std::string& name)
{
    return prefix.empty() || name.empty() ? prefix + name : prefix + "." + name;
}

// Appends the blocks of `parts`; `shape` becomes empty at the first that does not fit.
void addBlocks(const Parts& parts, const std::string& prefix, std::optional<Shape>& shape, std::vector<LayerInfo>& into)
{
    for (const Part& part : parts) {
        const std::string name = joined(prefix, part.name);
        if (const Parts* inner = part.layer->parts()) {
            addBlocks(*inner, name, shape, into);
            continue;
        }
        LayerInfo info{name, part.layer->type(shape.value_or(Shape{})), {}, {}};
        if (shape) {
            if (const auto next = part.layer->shapeBehind(*shape)) {
                Maker counter({});
                const Maker::Within within(counter, name);
                part.layer->make(counter, *shape);
                info.text = part.layer->text(*shape, *next);
                info.parameters = counter.count();
                info.tensors = counter.described();
                info.outputShape = *next;
                shape = *next;
            } else {
                info.problem = next.error().message;
                shape.reset();
            }
        }
        into.push_back(std::move(info));
    }
}

}

base::Result<std::unique_ptr<Network>> makeTree(const Chain& chain, const NetworkContext& context, const Init& init,
                                                const Init& own, const std::string& advice)
{
    for (const LayerInfo& info : describe(chain, context.inputShape))
        if (!info.problem.empty())
            return base::Error{base::ErrorKind::Spec,
                               (info.name.empty() ? "" : "layer " + info.name + ", ") + info.type + ": " + info.problem,
                               "/model", "Choose another model or other sizes"};
    CORE_TRY(output, chain.shapeBehind(context.inputShape));
    if (const Shape wanted = context.outputShape(); output != wanted)
        return base::Error{base::ErrorKind::Spec,
                           "the last layer gives " + textOf(output) + ", but the task needs " + textOf(wanted) +
                               (wanted == Shape{1} ? " output" : " outputs"),
                           "/model",
                           !advice.empty()  ? advice
                           : context.pixels ? "Choose unet, or end with a Conv2d of so many channels"
                                            : "End with a Linear layer"};
    Maker maker(init, context.seed);
    maker.setDefault(own);
    std::unique_ptr<Module> root = chain.make(maker, context.inputShape);
    return std::unique_ptr<Network>(std::make_unique<Tree>(std::move(root), std::move(maker.parameters),
                                                           std::move(maker.buffers), context.padding));
}

std::vector<LayerInfo> describe(const Chain& chain, const Shape& inputShape)
{
    std::vector<LayerInfo> all;
    std::optional<Shape> shape = inputShape;
    addBlocks(*chain.parts(), {}, shape, all);
    return all;
}

std::vector<LayerInfo> TreeArchitecture::describe(const NetworkContext& context) const
{
    return model::describe(plan(context), context.inputShape);
}

base::Result<std::unique_ptr<Network>> TreeArchitecture::build(const NetworkContext& context) const
{
    return makeTree(plan(context), context, m_init, m_own, advice());
}

std::shared_ptr<const Layer> layer(const std::string& kind, base::Object params)
{
    auto made = allLayers().make({kind, std::move(params)});
    assert(made);
    return std::move(*made);
}

Part stepsOf(const NetworkContext& context, std::int64_t width)
{
    if (context.vocabulary > 0)
        return {"embedding", layer("Embedding", {{"num_embeddings", context.vocabulary}, {"embedding_dim", width}})};
    return {"", layer("ToSteps")};
}

std::shared_ptr<const Layer> activationLayer(const std::string& name)
{
    static constexpr std::array kinds{std::pair("relu", "ReLU"),       std::pair("tanh", "Tanh"),
                                      std::pair("sigmoid", "Sigmoid"), std::pair("leaky_relu", "LeakyReLU"),
                                      std::pair("elu", "ELU"),         std::pair("gelu", "GELU"),
                                      std::pair("silu", "SiLU")};
    const auto found = std::ranges::find_if(kinds, [&](const auto& each) { return each.first == name; });
    assert(found != kinds.end());
    return layer(found->second);
}

std::shared_ptr<const Layer> normLayer(const std::string& name, std::int64_t groups, int dimensions)
{
    if (name == "batch")
        return layer(dimensions == 2 ? "BatchNorm2d" : "BatchNorm1d");
    if (name == "instance")
        return layer("InstanceNorm");
    return layer("GroupNorm", {{"num_groups", name == "layer" ? 1 : groups}});
}

std::string ModelDropout::text(const Shape&, const Shape&) const
{
    char text[32];
    return "p = " + std::string(text, std::to_chars(text, text + sizeof text, m_p).ptr);
}

std::unique_ptr<Module> ModelDropout::make(Maker& maker, const Shape&) const
{
    class Live final : public Module {
    public:
        Live(double p, std::uint64_t place) : m_p(p), m_place(place) {}
        at::Tensor forward(const at::Tensor& x, const Mode& mode) override { return dropped(x, m_p, mode, m_place); }
        void setDropout(double p) override { m_p = p; }

    private:
        double m_p;
        std::uint64_t m_place;
    };
    return std::make_unique<Live>(m_p, maker.place());
}

}
