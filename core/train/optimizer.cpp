// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/optimizer.h"

#include <ATen/core/LegacyTypeDispatch.h>
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

Optimizer::Optimizer(std::vector<tensor::NamedTensor> parameters) : m_parameters(std::move(parameters))
{
    (void)Optimizer::setRules(std::vector<ParameterRule>(m_parameters.size()));
}

base::Status Optimizer::setRules(const std::vector<ParameterRule>& rules)
{
    m_groups.clear();
    for (std::size_t i = 0; i < m_parameters.size(); ++i) {
        if (rules[i].rate == 0)
            continue;
        auto group = std::find_if(m_groups.begin(), m_groups.end(), [&](const Work& w) { return w.rule == rules[i]; });
        if (group == m_groups.end()) {
            m_groups.push_back({});
            group = m_groups.end() - 1;
            group->rule = rules[i];
        }
        group->parameters.push_back(m_parameters[i].tensor);
        group->places.push_back(i);
    }
    return {};
}

void Optimizer::step(double lr, const Evaluate& evaluate)
{
    at::NoGradGuard noGraph;
    // Straight to the kernels: what autograd notes of each tensor costs a small network more than its update. Whoever
    // looks again needs autograd in between.
    std::optional<at::AutoDispatchBelowADInplaceOrView> untracked;
    if (!looksAgain())
        untracked.emplace();
    for (const Work& group : m_groups) {
        Work work = workOf(group);
        work.evaluate = &evaluate;
        if (!work.places.empty())
            update(work, lr * group.rule.rate);
    }
}

Optimizer::Work Optimizer::workOf(const Work& group) const
{
    Work now;
    now.rule = group.rule;
    now.parameters.reserve(group.places.size());
    now.gradients.reserve(group.places.size());
    now.places.reserve(group.places.size());
    for (std::size_t i = 0; i < group.places.size(); ++i) {
        const at::Tensor& gradient = group.parameters[i].grad();
        if (!gradient.defined())
            continue;
        now.parameters.push_back(group.parameters[i]);
        now.gradients.push_back(gradient);
        now.places.push_back(group.places[i]);
    }
    return now;
}

Optimizer::Tensors Optimizer::Work::of(const Tensors& all) const
{
    Tensors some;
    some.reserve(places.size());
    for (const std::size_t place : places)
        some.push_back(all[place]);
    return some;
}

Optimizer::Tensors Optimizer::Work::decayed(double weightDecay) const
{
    const double share = decay(weightDecay);
    return share == 0 ? gradients : at::_foreach_add(gradients, parameters, share);
}

void Optimizer::Work::add(const Work& from, std::size_t i)
{
    parameters.push_back(from.parameters[i]);
    gradients.push_back(from.gradients[i]);
    places.push_back(from.places[i]);
    rule = from.rule;
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

Optimizer::Tensors Optimizer::hostCounters() const
{
    Tensors all;
    for (std::size_t i = 0; i < m_parameters.size(); ++i)
        all.push_back(tensor::zeros({}));
    return all;
}

std::vector<double> Optimizer::countedUp(const Tensors& counters)
{
    std::vector<double> counts;
    counts.reserve(counters.size());
    for (const at::Tensor& counter : counters)
        counts.push_back(double(*counter.mutable_data_ptr<float>() += 1));
    return counts;
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
