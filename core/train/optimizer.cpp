// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/optimizer.h"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>

namespace core::train {

base::Status Optimizer::load(const std::vector<base::Blob>& saved)
{
    std::vector<std::pair<at::Tensor, at::Tensor>> copies;
    for (const auto& [name, live] : state()) {
        const auto blob = std::find_if(saved.begin(), saved.end(), [&](const base::Blob& b) { return b.name == name; });
        if (blob == saved.end())
            return base::Error{base::ErrorKind::Data, "the saved optimizer has no " + name, name,
                               "It was saved by another optimizer or for another network"};
        CORE_TRY(tensor, tensor::fromBlob(*blob));
        if (tensor.sizes() != live.sizes() || tensor.scalar_type() != live.scalar_type())
            return base::Error{base::ErrorKind::Data, name + " of the saved optimizer has another shape or type", name,
                               "It was saved for another network"};
        copies.emplace_back(live, tensor);
    }
    at::NoGradGuard noGraph;
    for (auto& [live, tensor] : copies)
        live.copy_(tensor);
    return {};
}

Optimizer::Tensors Optimizer::Work::of(const Tensors& all) const
{
    Tensors some;
    some.reserve(places.size());
    for (const std::size_t place : places)
        some.push_back(all[place]);
    return some;
}

Optimizer::Work Optimizer::work() const
{
    Work now;
    now.parameters.reserve(m_parameters.size());
    now.gradients.reserve(m_parameters.size());
    now.places.reserve(m_parameters.size());
    for (std::size_t i = 0; i < m_parameters.size(); ++i) {
        const at::Tensor& parameter = m_parameters[i].tensor;
        if (!parameter.grad().defined())
            continue;
        now.parameters.push_back(parameter);
        now.gradients.push_back(parameter.grad());
        now.places.push_back(i);
    }
    return now;
}

Optimizer::Tensors Optimizer::zerosLikeAll() const
{
    at::NoGradGuard noGraph;
    Tensors all;
    for (const auto& parameter : m_parameters)
        all.push_back(at::zeros_like(parameter.tensor));
    return all;
}

Optimizer::Tensors Optimizer::counters() const
{
    Tensors all;
    for (const auto& parameter : m_parameters)
        all.push_back(tensor::zeros({}).to(parameter.tensor.device()));
    return all;
}

void Optimizer::countUp(const Tensors& counters)
{
    if (!counters.empty() && !counters.front().is_cpu())
        return at::_foreach_add_(counters, 1);
    for (const at::Tensor& counter : counters)
        *counter.mutable_data_ptr<float>() += 1;
}

std::vector<tensor::NamedTensor> Optimizer::named(const std::vector<std::pair<std::string, Tensors>>& lists) const
{
    std::vector<tensor::NamedTensor> all;
    for (const auto& [state, tensors] : lists)
        for (std::size_t i = 0; i < tensors.size(); ++i)
            all.push_back({state + "/" + m_parameters[i].name, tensors[i]});
    return all;
}

}
