// SPDX-License-Identifier: GPL-3.0-or-later
// What an engine does between two steps: ends of epochs, and ways back.
#include "core/train/engine.h"
#include "core/train/ranks/follower.h"

namespace core::train {

using base::Status;

void Engine::epochEnds()
{
    m_learner->epochEnds(m_timeline.epochOf(m_step));
    if (!m_learner->wantsStatistics())
        return;
    const data::RowSet& rows = m_data.rows(data::SplitName::Train);
    const std::size_t size = std::size_t(m_timeline.plan().batchSize);
    // A last batch of one row has no variance.
    const std::size_t batches = rows.size() / size + (rows.size() % size > 1);
    m_learner->estimateStatistics(std::int64_t(batches), [&](std::int64_t batch) {
        const std::vector<std::int64_t> wanted = rows.some(std::size_t(batch) * size, size);
        if (m_data.streamed())
            m_data.expect(rows, std::size_t(batch) * size + wanted.size());
        return m_data.gather(wanted).input;
    });
}

bool Engine::goBack(std::int64_t step)
{
    if (step > m_step || !m_learner->schedule().watched().empty() || !m_learner->forget(m_step - step))
        return false;
    if (m_leads)
        m_world->tell(ranks::goingBack(step));
    m_step = step;
    m_judged = -1;
    return true;
}

Status Engine::restoreBest()
{
    if (!m_best || m_best->step == m_step)
        return {};
    if (m_leads)
        m_world->tell(ranks::taking(m_best->snapshot.tensors));
    return m_learner->load(m_best->snapshot.tensors, "best step " + std::to_string(m_best->step), false);
}

std::vector<base::Blob> Engine::tensors() const
{
    std::vector<base::Blob> blobs;
    for (const auto& [name, tensor] : m_learner->state())
        blobs.push_back(tensor::toBlob(name, tensor));
    return blobs;
}

store::Checkpoint Engine::snapshot() const
{
    return {m_step, state(), tensors()};
}

}
