// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/adapters.h"

#include "core/model/freezing.h"
#include "core/model/init.h"

#include <ATen/ops/mm.h>

#include <algorithm>

namespace core::model {

namespace {

constexpr std::string_view suffixA = ".lora_A", suffixB = ".lora_B", suffixBase = ".lora_base";

at::Tensor asMatrix(const at::Tensor& weight)
{
    return weight.reshape({weight.size(0), -1});
}

/// A network some of whose weights are a frozen part and a product of two small matrices.
class Adapted final : public Network {
public:
    Adapted(std::unique_ptr<Network> inner, const std::vector<std::string>& targets, const spec::LoraSpec& lora,
            std::uint64_t seed)
        : m_inner(std::move(inner)),
          m_scale(lora.alpha / double(lora.rank)),
          m_parameters(m_inner->parameters()),
          m_buffers(m_inner->buffers())
    {
        for (const std::string& name : targets) {
            const at::Tensor weight =
                std::ranges::find(m_inner->parameters(), name, &tensor::NamedTensor::name)->tensor;
            const std::int64_t inputs = weight.numel() / weight.size(0);
            Pair pair{weight, weight.detach().clone(), {}, {}};
            const std::string nameA = name + std::string(suffixA);
            pair.a = drawnWeight({lora.rank, inputs}, {}, base::Draw(seed, "init/" + nameA));
            pair.b = tensor::zeros({weight.size(0), lora.rank});
            pair.a.set_requires_grad(true);
            pair.b.set_requires_grad(true);
            m_parameters.push_back({nameA, pair.a});
            m_parameters.push_back({name + std::string(suffixB), pair.b});
            m_buffers.push_back({name + std::string(suffixBase), pair.base});
            m_pairs.push_back(std::move(pair));
        }
    }

    at::Tensor forward(const at::Tensor& input, const Mode& mode) override { return m_inner->forward(input, mode); }
    const std::vector<tensor::NamedTensor>& parameters() const override { return m_parameters; }
    const std::vector<tensor::NamedTensor>& buffers() const override { return m_buffers; }
    void setDropout(double p) override { m_inner->setDropout(p); }
    Network& plain() override { return *m_inner; }

    void moveTo(at::Device device) override
    {
        m_inner->moveTo(device);
        for (const Pair& pair : m_pairs)
            for (const at::Tensor& tensor : {pair.base, pair.a, pair.b})
                if (tensor.device() != device)
                    tensor.set_data(tensor.detach().to(device));
    }

    // The gradient of W is wanted, though W itself only follows.
    void freezingChanged() override
    {
        for (const Pair& pair : m_pairs)
            pair.weight.set_requires_grad(pair.a.requires_grad() || pair.b.requires_grad());
        m_inner->freezingChanged();
    }

    // dA = s · Bᵀ · dW, dB = s · dW · Aᵀ
    void gradientsDone() override
    {
        const at::NoGradGuard noGraph;
        for (Pair& pair : m_pairs) {
            if (!pair.weight.grad().defined())
                continue;
            const at::Tensor gradient = asMatrix(pair.weight.grad());
            pair.a.mutable_grad() = at::mm(pair.b.t(), gradient).mul_(m_scale);
            pair.b.mutable_grad() = at::mm(gradient, pair.a.t()).mul_(m_scale);
            pair.weight.mutable_grad().reset();
        }
    }

    void parametersMoved() override
    {
        const at::NoGradGuard noGraph;
        for (const Pair& pair : m_pairs)
            pair.weight.copy_(at::mm(pair.b, pair.a).mul_(m_scale).reshape(pair.weight.sizes()).add_(pair.base));
    }

    void plainReplaced() override
    {
        const at::NoGradGuard noGraph;
        for (const Pair& pair : m_pairs)
            pair.base.copy_(pair.weight);
        parametersMoved();
    }

private:
    struct Pair {
        at::Tensor weight, base, a, b;
    };

    std::unique_ptr<Network> m_inner;
    double m_scale;
    std::vector<Pair> m_pairs;
    std::vector<tensor::NamedTensor> m_parameters, m_buffers;
};

// Matrices and filters, but for tables of tokens and places.
bool canAdapt(const ParameterInfo& parameter)
{
    const std::string& name = parameter.name;
    const std::string last = name.substr(name.rfind('.') + 1);
    return (parameter.dims() == 2 || parameter.dims() == 4) && last.find("weight") != last.npos &&
           name.find("embedding") == name.npos;
}

}

bool isAdapter(const std::string& name)
{
    return name.ends_with(suffixA) || name.ends_with(suffixB) || name.ends_with(suffixBase);
}

std::string plainNameOf(const std::string& name)
{
    return isAdapter(name) ? name.substr(0, name.rfind('.')) : name;
}

std::vector<ParameterInfo> describeParameters(const Network& network)
{
    std::vector<ParameterInfo> all;
    for (const tensor::NamedTensor& named : network.parameters())
        all.push_back({named.name, named.tensor.sizes().vec()});
    return all;
}

std::vector<std::string> adaptedWeights(const std::vector<ParameterInfo>& parameters, const spec::LoraSpec& lora)
{
    const std::string head = headOf(parameters);
    std::vector<std::string> names;
    for (const ParameterInfo& parameter : parameters) {
        const bool wanted =
            lora.targets.empty()
                ? !isIn(head, parameter.name)
                : std::ranges::any_of(lora.targets, [&](const auto& p) { return spec::means(p, parameter.name); });
        if (wanted && canAdapt(parameter))
            names.push_back(parameter.name);
    }
    return names;
}

std::int64_t adapterParameters(const std::vector<std::int64_t>& shape, std::int64_t rank)
{
    std::int64_t inputs = 1;
    for (std::size_t i = 1; i < shape.size(); ++i)
        inputs *= shape[i];
    return rank * (shape.empty() ? 0 : shape[0] + inputs);
}

base::Result<std::unique_ptr<Network>> withAdapters(std::unique_ptr<Network> network, const spec::LoraSpec& lora,
                                                    std::uint64_t seed)
{
    const std::vector<ParameterInfo> parameters = describeParameters(*network);
    for (const std::string& target : lora.targets)
        if (std::ranges::none_of(parameters, [&](const auto& p) { return spec::means(target, p.name); }))
            return base::Error{base::ErrorKind::Spec, "no layer of this network is called \"" + target + "\"",
                               "/model/lora/targets", "Name a layer, such as " + blockNameOf(parameters.front().name)};
    const std::vector<std::string> targets = adaptedWeights(parameters, lora);
    if (targets.empty())
        return base::Error{base::ErrorKind::Spec, "no linear or convolutional layer below the head is there to adapt",
                           "/model/lora", "Set it to null, or choose a network with more layers"};
    return std::unique_ptr<Network>(std::make_unique<Adapted>(std::move(network), targets, lora, seed));
}

}
