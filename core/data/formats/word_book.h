// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace core::data {

/// Different words by the order in which they came.
class WordBook {
public:
    /// The place of a word, which is added if it is new.
    std::int32_t placeOf(std::string_view word);
    const std::vector<std::string>& words() const { return m_words; }
    /// Hands the words over sorted, and the rank of each by its place.
    std::vector<std::string> sorted(std::vector<std::int32_t>& ranks) &&;

private:
    std::vector<std::string> m_words;
    std::vector<std::uint64_t> m_hashes; // of the words
    std::vector<std::int32_t> m_slots;   // open addressing; -1: free
    std::int32_t m_last = -1;

    void grow();
};

}
