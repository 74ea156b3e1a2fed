// SPDX-License-Identifier: GPL-3.0-or-later
// What a network keeps of an old task while it learns a new one.
#include "core/train/gradients.h"
#include "core/train/network_learner.h"

#include <ATen/ops/log_softmax.h>

#include <algorithm>

namespace core::train {

namespace {

/// −log p of a class, or half the squared distance of a number.
at::Tensor surpriseOf(const at::Tensor& said, const at::Tensor& target, bool classes, std::int64_t outputs, bool own,
                      const base::Draw& draw)
{
    if (!classes) {
        at::Tensor truth = target.to(said.device(), said.scalar_type()).reshape(said.sizes());
        if (own) {
            truth = said.detach().to(at::kCPU, at::kFloat).clone();
            float* values = truth.mutable_data_ptr<float>();
            for (std::int64_t i = 0; i < truth.numel(); ++i)
                values[i] += float(draw.normal(std::uint64_t(i)));
            truth = truth.to(said.device(), said.scalar_type());
        }
        return said.sub(truth).square().sum().div(2);
    }
    // What the old task's model said, had no more outputs.
    const at::Tensor log = at::log_softmax(said.narrow(1, 0, outputs), 1);
    std::int64_t label = target.item<std::int64_t>();
    if (own) {
        const at::Tensor p = log.detach().exp().to(at::kCPU, at::kDouble).contiguous();
        double left = draw.uniform(0);
        for (label = 0; label < outputs - 1; ++label)
            if ((left -= p.const_data_ptr<double>()[label]) < 0)
                break;
    }
    return log[0][label].neg();
}

// Of each parameter, how many of its first rows were in `from`; all where there is nothing to compare with.
std::vector<std::int64_t> oldRowsOf(const std::vector<tensor::NamedTensor>& parameters,
                                    const std::vector<base::Blob>& from)
{
    std::vector<std::int64_t> rows;
    for (const auto& [name, tensor] : parameters) {
        const std::int64_t all = tensor.dim() == 0 ? 1 : tensor.size(0);
        const auto blob = std::ranges::find(from, name, &base::Blob::name);
        if (from.empty() || tensor.dim() == 0)
            rows.push_back(all);
        else
            rows.push_back(blob == from.end() || blob->shape.empty() || blob->shape[0] > all ? 0 : blob->shape[0]);
    }
    return rows;
}

}

base::Status NetworkLearner::remember(const data::DataModule* old, const std::vector<base::Blob>& from)
{
    if (!m_remedy)
        return {};
    if (m_remedy->needsOldRows() && !old)
        return base::Error{base::ErrorKind::Spec, "this remedy needs rows of the old task, and none are named",
                           "/train/incremental/old", "Name the old run or its data, or choose l2_sp, which needs none"};
    if (m_loss->says() == Says::Vectors && old)
        return base::Error{base::ErrorKind::Spec, "what is forgotten of embeddings cannot be told",
                           "/train/incremental", "Learn classes or numbers on top of each other"};
    Memory memory{oldRowsOf(m_network->parameters(), from)};
    std::vector<std::int64_t> order;
    const base::Draw draw(std::uint64_t(m_spec.seed), "fisher");
    if (old) {
        const data::RowSet& rows = old->rows(data::SplitName::Train);
        for (const std::int64_t place : base::permutation(std::int64_t(rows.size()), draw))
            order.push_back(rows[std::size_t(place)]);
        memory.rows = std::int64_t(order.size());
    }
    const std::int64_t outputs = m_info.oldClasses;
    memory.surprise = [&](std::int64_t row, bool own) {
        const data::Batch batch = old->gather({&order[std::size_t(row)], 1});
        const at::Tensor output = m_network->forward(batch.input.to(m_device), modeOf(false)).to(at::kFloat);
        return surpriseOf(m_loss->predictionOf(output), batch.target, classifies(), outputs, own,
                          draw.within(std::uint64_t(row)));
    };
    return m_remedy->remember(m_network->parameters(), memory);
}

double NetworkLearner::penalize()
{
    const Parameters& parameters = m_network->parameters();
    const double penalty = addPenalties(parameters, m_spec.l1, m_spec.l2, m_optimizer->looksAgain());
    return penalty + (m_remedy ? m_remedy->penalize(parameters) : 0);
}

// What a remedy of one kind keeps stands under it: another kind finds nothing there.
std::vector<tensor::NamedTensor> NetworkLearner::memory() const
{
    std::vector<tensor::NamedTensor> all;
    if (m_remedy)
        for (auto& [name, tensor] : m_remedy->state())
            all.push_back({"remedy/" + m_spec.incremental->remedy.kind + "/" + name, tensor});
    return all;
}

base::Status NetworkLearner::loadMemory(const base::Blob& blob)
{
    const std::vector<tensor::NamedTensor> here = memory();
    const auto live = std::ranges::find(here, blob.name, &tensor::NamedTensor::name);
    CORE_TRY(tensor, tensor::fromBlob(blob));
    if (live == here.end() || live->tensor.sizes() != tensor.sizes())
        return base::Error{base::ErrorKind::Data, "\"" + blob.name + "\" does not fit this training", "checkpoint",
                           "Train this as a run of its own"};
    at::NoGradGuard noGraph;
    live->tensor.copy_(tensor);
    return {};
}

bool NetworkLearner::remembers(const std::vector<base::Blob>& blobs) const
{
    const std::vector<tensor::NamedTensor> here = memory();
    return here.empty() || std::ranges::any_of(blobs, [&](const base::Blob& blob) {
               const std::string& name = here.front().name;
               return blob.name.starts_with(name.substr(0, name.find('/', name.find('/') + 1) + 1));
           });
}

}
