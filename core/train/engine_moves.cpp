// SPDX-License-Identifier: GPL-3.0-or-later
// What an engine does between two steps: ends of epochs, ways back, and what it keeps for them.
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

base::Value Engine::state(bool settings) const
{
    base::Object state{{"step", m_step},
                       {"threads", m_threads},
                       {"early_stopping", m_stopping->state()},
                       {"judged", m_judged},
                       {"timeline", m_timeline.state()},
                       {"network", {}},
                       {"data", {}},
                       {"spec", {}}};
    if (settings)
        addSettings(state);
    if (base::Value observed = m_learner->schedule().state(); !observed.isNull())
        state.set("schedule", std::move(observed));
    if (base::Value old = m_old ? m_old->state() : base::Value{}; !old.isNull())
        state.set("old_task", std::move(old));
    if (m_best)
        state.set("best", base::Object{{"metric", m_best->metric},
                                       {"value", m_best->value},
                                       {"epoch", m_best->epoch},
                                       {"step", m_best->step}});
    return state;
}

void Engine::addSettings(base::Object& state) const
{
    if (m_written.isNull())
        m_written = spec::experimentFields().write(m_experiment);
    state.set("network", networkValue());
    state.set("data", dataFacts());
    state.set("spec", m_written);
}

const std::optional<Best>& Engine::best() const
{
    if (m_best && !std::exchange(m_bestIsWhole, true))
        addSettings(m_best->snapshot.state.object());
    return m_best;
}

void Engine::setBest(Best best)
{
    m_best = std::move(best);
    m_bestIsWhole = true;
}

store::Checkpoint Engine::snapshot() const
{
    return {m_step, state(), tensors()};
}

}
