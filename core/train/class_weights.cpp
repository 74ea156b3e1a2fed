// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/class_weights.h"

#include <algorithm>
#include <numeric>

namespace core::train {

namespace {

// scikit-learn's compute_class_weight("balanced"). A class without training rows counts as one row does without
// weights.
std::vector<double> balanced(const std::vector<std::int64_t>& counts)
{
    const double rows = double(std::accumulate(counts.begin(), counts.end(), std::int64_t(0)));
    const auto present = std::ranges::count_if(counts, [](std::int64_t count) { return count > 0; });
    std::vector<double> weights;
    for (const std::int64_t count : counts)
        weights.push_back(count > 0 ? rows / (double(present) * double(count)) : 1);
    return weights;
}

}

base::Domain ClassWeights::domain()
{
    const base::Real weight{.min = 0, .max = 1e6, .aboveMin = true};
    return std::make_shared<const base::List>(base::List{weight, 2, 100'000});
}

base::Help ClassWeights::help()
{
    return {"How much a row of each class counts, in training and in every evaluation. balanced: the fewer training "
            "rows a class has, the more; or one number for each class.",
            "balanced: rows / (classes · rows of the class)", "A small class is hardly learned.",
            "A small class is seen where it is not."};
}

base::Status ClassWeights::begin(const std::vector<std::int64_t>& counts, const std::string& key)
{
    std::vector<double> weights;
    if (m_asked.text() == "balanced")
        weights = balanced(counts);
    for (const base::Value& weight : m_asked.array())
        weights.push_back(weight.toReal());
    if (weights.empty())
        return {};
    if (weights.size() != counts.size())
        return base::Error{base::ErrorKind::Spec,
                           std::to_string(weights.size()) + " class weights are given for " +
                               std::to_string(counts.size()) + " classes",
                           "/train/loss/" + key, "Give one for each class, or write balanced"};
    m_weights = tensor::empty({std::int64_t(weights.size())}, at::kDouble);
    std::ranges::copy(weights, m_weights.mutable_data_ptr<double>());
    return {};
}

std::optional<at::Tensor> ClassWeights::tensorFor(const at::Tensor& output) const
{
    if (!m_weights.defined())
        return {};
    if (!m_moved.defined() || m_moved.device() != output.device() || m_moved.scalar_type() != output.scalar_type())
        m_moved = m_weights.to(output.device(), output.scalar_type());
    return m_moved;
}

double ClassWeights::sumOf(const at::Tensor& target) const
{
    const at::Tensor classes = target.to(at::kCPU).contiguous();
    const std::int64_t* ids = classes.const_data_ptr<std::int64_t>();
    double sum = 0;
    for (std::int64_t i = 0; i < classes.numel(); ++i)
        if (ids[i] >= 0)
            sum += m_weights.defined() ? m_weights.const_data_ptr<double>()[ids[i]] : 1;
    return sum;
}

}
