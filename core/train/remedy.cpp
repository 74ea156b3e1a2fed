// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/remedy.h"

#include <ATen/ops/zeros_like.h>

namespace core::train {

Anchor::Anchor(const std::vector<tensor::NamedTensor>& parameters)
    : m_oldRows(tensor::zeros({std::int64_t(parameters.size())}, at::kLong))
{
    at::NoGradGuard noGraph;
    for (const auto& [name, tensor] : parameters)
        m_weights.push_back({"anchor/" + name, at::zeros_like(tensor.detach())});
}

void Anchor::set(const std::vector<tensor::NamedTensor>& parameters, const std::vector<std::int64_t>& oldRows)
{
    at::NoGradGuard noGraph;
    for (std::size_t i = 0; i < m_weights.size(); ++i) {
        m_weights[i].tensor.copy_(parameters[i].tensor);
        m_oldRows.mutable_data_ptr<std::int64_t>()[i] = oldRows[i];
    }
}

std::vector<tensor::NamedTensor> Anchor::state() const
{
    std::vector<tensor::NamedTensor> all = m_weights;
    all.push_back({"old_rows", m_oldRows});
    return all;
}

at::Tensor Anchor::oldPart(std::size_t i, const at::Tensor& whole) const
{
    const std::int64_t rows = m_oldRows.const_data_ptr<std::int64_t>()[i];
    if (rows == 0)
        return {};
    return whole.dim() == 0 || rows >= whole.size(0) ? whole : whole.narrow(0, 0, rows);
}

at::Tensor Anchor::newPart(std::size_t i, const at::Tensor& whole) const
{
    const std::int64_t rows = m_oldRows.const_data_ptr<std::int64_t>()[i];
    if (rows == 0)
        return whole;
    return whole.dim() == 0 || rows >= whole.size(0) ? at::Tensor() : whole.narrow(0, rows, whole.size(0) - rows);
}

}
