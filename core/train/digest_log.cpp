// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/digest_log.h"

#include "core/base/clock.h"

namespace core::train {

namespace {

constexpr double share = 0.01;
constexpr std::int64_t rarest = 1 << 12;
constexpr std::size_t largestBlock = 1 << 14; ///< digests

}

void DigestLog::take(const Engine& engine)
{
    const double now = base::steadySeconds();
    const std::int64_t step = engine.step();
    const std::vector<std::uint32_t> digests = engine.tensorDigests();
    const double after = base::steadySeconds(), cost = after - now;
    const bool joins = !m_block.values.empty() && m_block.step + m_block.every * m_block.count() == step &&
                       m_block.values.size() < largestBlock;
    if (!joins) {
        if (!m_block.values.empty())
            m_done.push_back(std::move(m_block));
        m_block = {step, m_every, std::int64_t(digests.size()), {}};
    }
    m_block.values.insert(m_block.values.end(), digests.begin(), digests.end());
    if (m_lastStep >= 0 && step > m_lastStep) {
        const double perStep = std::max(1e-9, (now - m_lastTime) / double(step - m_lastStep));
        std::int64_t every = 1;
        while (every < rarest && cost > share * perStep * double(every))
            every *= 2;
        // Rarer at once, more often only when that is sure: timings jump about.
        if (every > m_every || 4 * every <= m_every) {
            m_every = every > m_every ? every : m_every / 2;
            if (!m_block.values.empty() && m_block.count() == 1)
                m_block.every = m_every;
        }
    }
    m_lastStep = step;
    m_lastTime = after;
}

void DigestLog::flush(events::EventHub& hub)
{
    if (!m_block.values.empty())
        m_done.push_back(std::move(m_block));
    m_block = {};
    for (events::WeightDigests& block : m_done)
        hub.publish(std::move(block));
    m_done.clear();
}

}
