// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <utility>
#include <vector>

namespace core::data {

/// Byte-pair encoding of words (Sennrich, Haddow & Birch 2016, arXiv:1508.07909, algorithm 1): words are cut into
/// characters, the last one marked `</w>`; then the pair of pieces that stands side by side most often is joined, again
/// and again. Of pairs that are as frequent, the first in the alphabet is joined.
class BytePairs {
public:
    using Pair = std::pair<std::string, std::string>;
    static constexpr const char* wordEnd = "</w>";

    BytePairs() = default;
    /// Learns from words and how often they occur; at most `pieces` of them, of which characters come first. Joining
    /// ends where no pair stands together twice.
    BytePairs(const std::map<std::string, std::int64_t>& words, std::size_t pieces);

    const std::vector<Pair>& merges() const { return m_merges; }
    /// Characters by the alphabet, then what was joined, in order.
    const std::vector<std::string>& pieces() const { return m_pieces; }
    /// A word's pieces; characters that were never seen are among them.
    std::vector<std::string> of(const std::string& word) const;

private:
    std::vector<Pair> m_merges;
    std::vector<std::string> m_pieces;
    std::map<Pair, std::size_t> m_ranks;
};

}
