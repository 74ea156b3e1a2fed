// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/texts/byte_pairs.h"

#include "core/data/texts/characters.h"

#include <algorithm>
#include <queue>
#include <set>
#include <unordered_set>

namespace core::data {

namespace {

std::vector<std::string> charactersOf(const std::string& word)
{
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < word.size();) {
        const std::size_t begin = at;
        nextCharacter(word, at);
        pieces.push_back(word.substr(begin, at - begin));
    }
    if (!pieces.empty())
        pieces.back() += BytePairs::wordEnd;
    return pieces;
}

struct Word {
    std::vector<std::string> pieces;
    std::int64_t times = 0;
};

// Pairs with how often they stand together; what changes is counted anew, the rest is left alone.
class PairCounts {
public:
    explicit PairCounts(std::vector<Word> words) : m_words(std::move(words))
    {
        for (std::size_t w = 0; w < m_words.size(); ++w)
            add(w, 1);
        for (const auto& [pair, count] : m_counts)
            m_queue.push({count, pair});
    }

    // The most frequent pair; nothing where none occurs twice.
    bool best(BytePairs::Pair& pair)
    {
        while (!m_queue.empty()) {
            const Entry top = m_queue.top();
            if (const auto now = m_counts.find(top.pair); now != m_counts.end() && now->second == top.count) {
                pair = top.pair;
                return top.count > 1;
            }
            m_queue.pop();
        }
        return false;
    }

    void join(const BytePairs::Pair& pair)
    {
        const std::set<std::size_t> where = m_places[pair];
        m_changed.clear();
        for (const std::size_t w : where) {
            add(w, -1);
            joinIn(m_words[w].pieces, pair);
            add(w, 1);
        }
        for (const BytePairs::Pair& changed : m_changed)
            if (const auto now = m_counts.find(changed); now != m_counts.end()) {
                if (now->second > 0)
                    m_queue.push({now->second, changed});
                else
                    m_counts.erase(now);
            }
    }

    static void joinIn(std::vector<std::string>& pieces, const BytePairs::Pair& pair)
    {
        std::vector<std::string> joined;
        for (std::size_t i = 0; i < pieces.size(); ++i)
            if (i + 1 < pieces.size() && pieces[i] == pair.first && pieces[i + 1] == pair.second)
                joined.push_back(pieces[i] + pieces[i + 1]), ++i;
            else
                joined.push_back(pieces[i]);
        pieces = std::move(joined);
    }

private:
    struct Entry {
        std::int64_t count;
        BytePairs::Pair pair;
        bool operator<(const Entry& other) const
        {
            return count != other.count ? count < other.count : other.pair < pair;
        }
    };

    void add(std::size_t w, std::int64_t sign)
    {
        const Word& word = m_words[w];
        for (std::size_t i = 0; i + 1 < word.pieces.size(); ++i) {
            const BytePairs::Pair pair{word.pieces[i], word.pieces[i + 1]};
            m_counts[pair] += sign * word.times;
            m_changed.insert(pair);
            if (sign > 0)
                m_places[pair].insert(w);
            else
                m_places[pair].erase(w);
        }
    }

    std::vector<Word> m_words;
    std::map<BytePairs::Pair, std::int64_t> m_counts;
    std::map<BytePairs::Pair, std::set<std::size_t>> m_places;
    std::set<BytePairs::Pair> m_changed;
    std::priority_queue<Entry> m_queue;
};

}

BytePairs::BytePairs(const std::map<std::string, std::int64_t>& words, std::size_t pieces)
{
    std::vector<Word> cut;
    std::map<std::string, std::int64_t> characters;
    for (const auto& [word, times] : words) {
        cut.push_back({charactersOf(word), times});
        for (const std::string& piece : cut.back().pieces)
            characters[piece] += times;
    }
    for (const auto& [piece, times] : characters)
        m_pieces.push_back(piece);
    if (m_pieces.size() > pieces) {
        std::ranges::stable_sort(m_pieces, std::greater<>{}, [&](const auto& piece) { return characters[piece]; });
        m_pieces.resize(pieces);
        std::ranges::sort(m_pieces);
    }
    std::unordered_set<std::string> known(m_pieces.begin(), m_pieces.end());
    PairCounts counts(std::move(cut));
    for (Pair pair; m_pieces.size() < pieces && counts.best(pair);) {
        counts.join(pair);
        m_ranks.emplace(pair, m_merges.size());
        m_merges.push_back(pair);
        // Two ways may lead to one piece.
        if (known.insert(pair.first + pair.second).second)
            m_pieces.push_back(pair.first + pair.second);
    }
}

std::vector<std::string> BytePairs::of(const std::string& word) const
{
    std::vector<std::string> pieces = charactersOf(word);
    while (pieces.size() > 1) {
        auto first = m_ranks.end();
        for (std::size_t i = 0; i + 1 < pieces.size(); ++i)
            if (const auto found = m_ranks.find({pieces[i], pieces[i + 1]});
                found != m_ranks.end() && (first == m_ranks.end() || found->second < first->second))
                first = found;
        if (first == m_ranks.end())
            break;
        PairCounts::joinIn(pieces, first->first);
    }
    return pieces;
}

}
