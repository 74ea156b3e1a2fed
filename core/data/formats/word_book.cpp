// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/word_book.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace core::data {

std::int32_t WordBook::placeOf(std::string_view word)
{
    // Rows of one kind often stand together.
    if (m_last >= 0 && m_words[std::size_t(m_last)] == word)
        return m_last;
    if (2 * m_words.size() >= m_slots.size())
        grow();
    const std::uint64_t hash = std::hash<std::string_view>{}(word);
    const std::size_t mask = m_slots.size() - 1;
    for (std::size_t slot = hash & mask;; slot = (slot + 1) & mask) {
        const std::int32_t place = m_slots[slot];
        if (place < 0) {
            m_slots[slot] = m_last = std::int32_t(m_words.size());
            m_words.emplace_back(word);
            m_hashes.push_back(hash);
            return m_last;
        }
        if (m_hashes[std::size_t(place)] == hash && m_words[std::size_t(place)] == word)
            return m_last = place;
    }
}

void WordBook::grow()
{
    m_slots.assign(std::max<std::size_t>(64, 2 * m_slots.size()), -1);
    const std::size_t mask = m_slots.size() - 1;
    for (std::size_t place = 0; place < m_hashes.size(); ++place) {
        std::size_t slot = m_hashes[place] & mask;
        while (m_slots[slot] >= 0)
            slot = (slot + 1) & mask;
        m_slots[slot] = std::int32_t(place);
    }
}

std::vector<std::string> WordBook::sorted(std::vector<std::int32_t>& ranks) &&
{
    std::vector<std::int32_t> order(m_words.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(),
              [this](auto a, auto b) { return m_words[std::size_t(a)] < m_words[std::size_t(b)]; });
    ranks.resize(order.size());
    std::vector<std::string> words;
    words.reserve(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        ranks[std::size_t(order[i])] = std::int32_t(i);
        words.push_back(std::move(m_words[std::size_t(order[i])]));
    }
    return words;
}

}
