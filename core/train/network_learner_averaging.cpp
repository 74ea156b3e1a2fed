// SPDX-License-Identifier: GPL-3.0-or-later
// What of a network's weights is averaged beside the training.
#include "core/train/network_learner.h"

namespace core::train {

namespace {

at::Tensor movedTo(at::Device device, const at::Tensor& tensor)
{
    return tensor.device() == device ? tensor : tensor.to(device, tensor.scalar_type());
}

}

// After so many updates.
void NetworkLearner::average(std::int64_t updates)
{
    if (!m_spec.ema || !m_average)
        return;
    const std::int64_t since = updates - m_spec.ema->startStep - 1;
    if (since >= 0 && since % m_spec.ema->updateEvery == 0)
        m_average->update(1 - m_spec.ema->decay);
}

void NetworkLearner::epochEnds(std::int64_t epochs)
{
    if (!m_spec.swa || !m_average || epochs <= m_swaStart)
        return;
    m_average->update(1 / double(m_average->updates() + 1));
    m_statisticsDue = m_average->hasStatistics();
    m_epochs = epochs;
}

void NetworkLearner::estimateStatistics(std::int64_t batches,
                                        const std::function<at::Tensor(std::int64_t batch)>& input)
{
    const base::Draw draw(std::uint64_t(m_spec.seed), "update_bn", std::uint64_t(m_epochs));
    m_average->estimate(batches, [&](std::int64_t batch) {
        m_network->forward(movedTo(m_device, input(batch)), {true, draw.within(std::uint64_t(batch))});
    });
    m_statisticsDue = false;
}

}
