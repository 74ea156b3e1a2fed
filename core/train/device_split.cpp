// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/device_split.h"

#include <numeric>

namespace core::train {

namespace {

constexpr std::int64_t stepsBetween = 16;

}

void DeviceSplit::begin(const PhaseClock* clock, bool recorded)
{
    m_marking = clock && clock->on() && !recorded && m_steps++ % stepsBetween == 0;
    if (m_marking)
        m_timer.begin();
}

void DeviceSplit::end(PhaseClock* clock, bool recorded)
{
    if (std::exchange(m_marking, false))
        m_shares = m_timer.laps();
    if (!clock)
        return;
    const bool known = m_shares.size() == 3 && std::reduce(m_shares.begin(), m_shares.end()) > 0;
    if (known && !recorded)
        clock->lap(m_shares[0], m_shares[1], m_shares[2]);
    else
        clock->lapUnsplit();
}

}
