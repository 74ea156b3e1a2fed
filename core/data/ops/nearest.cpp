// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/nearest.h"

namespace core::data {

void Nearest::insert(float distance, std::int32_t place)
{
    std::size_t i = m_distances.size() - 1;
    if (distance == m_distances[i] && place > m_places[i])
        return;
    for (; i > 0; --i) {
        const float before = m_distances[i - 1];
        if (before < distance || (before == distance && m_places[i - 1] < place))
            break;
        m_distances[i] = before;
        m_places[i] = m_places[i - 1];
    }
    m_distances[i] = distance;
    m_places[i] = place;
}

}
