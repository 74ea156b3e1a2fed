// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/weight_average.h"

#include <ATen/ops/_foreach_lerp.h>

#include <algorithm>
#include <cmath>

namespace core::train {

namespace {

/// Fewer numbers than this are done sooner by a loop than by calling an operator.
constexpr std::int64_t few = 1 << 14;

bool isSmall(const at::Tensor& average, const at::Tensor& live)
{
    return average.is_cpu() && average.numel() <= few && average.scalar_type() == at::kFloat && live.is_contiguous();
}

void approach(const at::Tensor& average, const at::Tensor& live, double share)
{
    float* to = average.mutable_data_ptr<float>();
    const float *from = live.const_data_ptr<float>(), part = float(share), rest = float(1 - share);
    const std::int64_t count = average.numel();
    // at::lerp's two forms, so that both ways give its results.
    if (share < 0.5)
        for (std::int64_t i = 0; i < count; ++i)
            to[i] += part * (from[i] - to[i]);
    else
        for (std::int64_t i = 0; i < count; ++i)
            to[i] = from[i] - (from[i] - to[i]) * rest;
}

bool isStatistic(const std::string& name)
{
    return name.ends_with("running_mean") || name.ends_with("running_var");
}

}

WeightAverage::WeightAverage(model::Network& network, bool ownBuffers) : m_updates(tensor::zeros({1}, at::kLong))
{
    const at::NoGradGuard noGraph;
    for (const auto& [name, live] : network.parameters())
        m_pairs.push_back({name, live, live.detach().clone().contiguous()});
    m_parameters = m_pairs.size();
    if (!ownBuffers)
        return;
    for (const auto& [name, live] : network.buffers()) {
        if (isStatistic(name))
            m_statistics.push_back(m_pairs.size());
        m_pairs.push_back({name, live, live.clone()});
    }
}

void WeightAverage::update(double share)
{
    const at::NoGradGuard noGraph;
    const bool first = updates() == 0;
    std::vector<at::Tensor> averages, lives;
    for (std::size_t i = 0; i < m_parameters; ++i) {
        const auto& [name, live, average] = m_pairs[i];
        if (first)
            average.copy_(live);
        else if (isSmall(average, live))
            approach(average, live, share);
        else {
            averages.push_back(average);
            lives.push_back(live);
        }
    }
    if (!averages.empty())
        at::_foreach_lerp_(averages, lives, share);
    ++*m_updates.mutable_data_ptr<std::int64_t>();
}

std::int64_t WeightAverage::updates() const
{
    return *m_updates.const_data_ptr<std::int64_t>();
}

void WeightAverage::estimate(std::int64_t batches, const std::function<void(std::int64_t)>& forward)
{
    const at::NoGradGuard noGraph;
    // A frozen batch norm learns no statistics: the average keeps those of the network.
    for (std::size_t i = m_parameters; i < m_pairs.size(); ++i)
        m_pairs[i].average.copy_(m_pairs[i].live);
    std::vector<at::Tensor> before;
    for (const std::size_t place : m_statistics)
        before.push_back(m_pairs[place].average.clone());
    const Borrowed borrowed(this);
    const auto pass = [&](std::int64_t batch, double from) {
        std::vector<at::Tensor> seen;
        for (const std::size_t place : m_statistics)
            m_pairs[place].live.fill_(from);
        forward(batch);
        for (const std::size_t place : m_statistics)
            seen.push_back(m_pairs[place].live.clone());
        return seen;
    };
    // A layer mixes a batch's statistic in by its momentum, r ← r + m · (b − r): from r = 0 that is m · b, and what is
    // left of r = 1 tells m.
    std::vector<at::Tensor> means = pass(0, 0), kept = pass(0, 1);
    std::vector<double> momentum;
    for (std::size_t i = 0; i < means.size(); ++i) {
        momentum.push_back(std::round((1 - kept[i].sub(means[i]).mean().item<double>()) * 1e4) / 1e4);
        if (momentum[i] > 0)
            means[i].div_(momentum[i]);
    }
    for (std::int64_t batch = 1; batch < batches; ++batch) {
        const std::vector<at::Tensor> seen = pass(batch, 0);
        for (std::size_t i = 0; i < means.size(); ++i)
            if (momentum[i] > 0)
                means[i].lerp_(seen[i].div(momentum[i]), 1.0 / double(batch + 1));
    }
    const bool learns = std::ranges::any_of(momentum, [](double m) { return m > 0; });
    for (std::size_t i = 0; i < means.size(); ++i)
        m_pairs[m_statistics[i]].average.copy_(momentum[i] > 0 ? means[i] : before[i]);
    for (std::size_t i = m_parameters; i < m_pairs.size(); ++i)
        if (learns && m_pairs[i].name.ends_with("num_batches_tracked"))
            m_pairs[i].average.fill_(batches);
}

std::vector<tensor::NamedTensor> WeightAverage::state() const
{
    std::vector<tensor::NamedTensor> all;
    for (const Pair& pair : m_pairs)
        all.push_back({"average/" + pair.name, pair.average});
    all.push_back({"average/updates", m_updates});
    return all;
}

base::Status WeightAverage::load(const std::vector<base::Blob>& saved)
{
    std::vector<std::pair<at::Tensor, at::Tensor>> copies;
    for (const auto& [name, live] : state()) {
        const auto blob = std::ranges::find(saved, name, &base::Blob::name);
        if (blob == saved.end())
            return base::Error{base::ErrorKind::Data, "the saved average has no " + name, name,
                               "It was saved for another network or another kind of average"};
        CORE_TRY(tensor, tensor::fromBlob(*blob));
        if (tensor.sizes() != live.sizes() || tensor.scalar_type() != live.scalar_type())
            return base::Error{base::ErrorKind::Data, name + " has another shape or type", name,
                               "It was saved for another network"};
        copies.emplace_back(live, tensor);
    }
    const at::NoGradGuard noGraph;
    for (auto& [live, tensor] : copies)
        live.copy_(tensor);
    return {};
}

void WeightAverage::reset()
{
    m_updates.fill_(0);
}

// The network's tensors are pointed at the average's memory and back: nothing is copied.
WeightAverage::Borrowed::Borrowed(const WeightAverage* average)
    : m_average(average && average->updates() > 0 ? average : nullptr)
{
    if (!m_average)
        return;
    for (const Pair& pair : m_average->m_pairs) {
        m_own.push_back(pair.live.detach());
        pair.live.set_data(pair.average);
    }
}

WeightAverage::Borrowed::~Borrowed()
{
    for (std::size_t i = 0; i < m_own.size(); ++i)
        m_average->m_pairs[i].live.set_data(m_own[i]);
}

}
