// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/words.h"

#include <algorithm>
#include <array>

namespace core::data {

using base::Draw;

namespace {

bool isBlank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

// Letters, digits, and every byte of a character beyond ASCII.
bool isInWord(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c & 0x80);
}

std::pair<std::size_t, std::size_t> insideOf(const std::string& word)
{
    std::size_t from = 0, to = word.size();
    while (from < to && !isInWord(word[from]))
        ++from;
    while (to > from && !isInWord(word[to - 1]))
        --to;
    return {from, to};
}

std::int64_t howMany(double alpha, std::size_t words)
{
    return std::max<std::int64_t>(1, std::int64_t(alpha * double(words)));
}

std::size_t oneOf(std::size_t n, const Draw& draw, std::uint64_t index)
{
    return std::size_t(draw.below(index, n));
}

}

WordList::WordList(std::string_view text)
{
    std::size_t place = 0;
    while (place <= text.size()) {
        std::size_t word = place;
        while (word < text.size() && isBlank(text[word]))
            ++word;
        std::size_t end = word;
        while (end < text.size() && !isBlank(text[end]))
            ++end;
        m_gaps.emplace_back(text.substr(place, word - place));
        if (end == word)
            break;
        m_words.emplace_back(text.substr(word, end - word));
        place = end;
    }
}

std::string WordList::bare(std::size_t i) const
{
    const auto [from, to] = insideOf(m_words[i]);
    std::string word = m_words[i].substr(from, to - from);
    for (char& c : word)
        c = c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
    return word;
}

void WordList::replace(std::size_t i, std::string_view by)
{
    const auto [from, to] = insideOf(m_words[i]);
    std::string word(by);
    const char first = from < to ? m_words[i][from] : '\0';
    if (first >= 'A' && first <= 'Z' && !word.empty() && word[0] >= 'a' && word[0] <= 'z')
        word[0] = char(word[0] - 'a' + 'A');
    m_words[i].replace(from, to - from, word);
}

void WordList::insert(std::size_t before, std::string word)
{
    m_words.insert(m_words.begin() + std::ptrdiff_t(before), std::move(word));
    m_gaps.insert(m_gaps.begin() + std::ptrdiff_t(before) + 1, " ");
}

void WordList::remove(std::size_t i)
{
    m_words.erase(m_words.begin() + std::ptrdiff_t(i));
    // The gap after the first word, else the one before.
    m_gaps.erase(m_gaps.begin() + std::ptrdiff_t(i == 0 ? 1 : i));
}

void WordList::swap(std::size_t a, std::size_t b)
{
    std::swap(m_words[a], m_words[b]);
}

std::string WordList::text() const
{
    std::string text;
    for (std::size_t i = 0; i < m_words.size(); ++i)
        text += m_gaps[i] + m_words[i];
    return text + m_gaps.back();
}

bool isStopWord(std::string_view word)
{
    static const std::vector<std::string_view> words = [] {
        std::vector<std::string_view> list{
            "a",     "about",   "above",  "after",  "again",   "all",     "am",         "an",        "and",
            "any",   "are",     "as",     "at",     "be",      "because", "been",       "before",    "being",
            "below", "between", "both",   "but",    "by",      "can",     "could",      "did",       "do",
            "does",  "doing",   "don't",  "down",   "during",  "each",    "few",        "for",       "from",
            "had",   "has",     "have",   "having", "he",      "her",     "here",       "hers",      "herself",
            "him",   "himself", "his",    "how",    "i",       "if",      "in",         "into",      "is",
            "isn't", "it",      "it's",   "its",    "itself",  "just",    "me",         "more",      "most",
            "my",    "myself",  "no",     "nor",    "not",     "now",     "of",         "off",       "on",
            "once",  "only",    "or",     "other",  "our",     "ours",    "ourselves",  "out",       "over",
            "own",   "same",    "she",    "she's",  "should",  "so",      "some",       "such",      "than",
            "that",  "that'll", "the",    "their",  "theirs",  "them",    "themselves", "then",      "there",
            "these", "they",    "this",   "those",  "through", "to",      "too",        "under",     "until",
            "up",    "very",    "was",    "we",     "were",    "what",    "when",       "where",     "which",
            "while", "who",     "whom",   "why",    "will",    "with",    "won't",      "would",     "you",
            "you'd", "you'll",  "you're", "you've", "your",    "yours",   "yourself",   "yourselves"};
        std::sort(list.begin(), list.end());
        return list;
    }();
    return word.empty() || std::binary_search(words.begin(), words.end(), word);
}

std::vector<std::size_t> characterStarts(std::string_view text)
{
    std::vector<std::size_t> starts;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (i == 0 || (text[i] & 0xc0) != 0x80)
            starts.push_back(i);
    return starts;
}

void replaceWords(WordList& words, double alpha, const Synonyms& synonyms, const Draw& draw)
{
    std::vector<std::string> candidates;
    for (std::size_t i = 0; i < words.size(); ++i)
        if (std::string word = words.bare(i); !isStopWord(word))
            candidates.push_back(std::move(word));
    std::sort(candidates.begin(), candidates.end());
    candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
    std::int64_t left = howMany(alpha, words.size());
    for (const std::int64_t which : base::permutation(std::int64_t(candidates.size()), draw.within(0))) {
        const std::string& word = candidates[std::size_t(which)];
        const std::vector<std::string> others = synonyms(word);
        if (others.empty())
            continue;
        const std::string& other = others[oneOf(others.size(), draw.within(1), std::uint64_t(which))];
        for (std::size_t i = 0; i < words.size(); ++i)
            if (words.bare(i) == word)
                words.replace(i, other);
        if (--left == 0)
            return;
    }
}

void insertWords(WordList& words, double alpha, const Synonyms& synonyms, const Draw& draw)
{
    constexpr std::uint64_t tries = 10;
    const std::int64_t times = words.size() == 0 ? 0 : howMany(alpha, words.size());
    for (std::int64_t i = 0; i < times; ++i) {
        const Draw own = draw.within(std::uint64_t(i));
        std::vector<std::string> others;
        for (std::uint64_t attempt = 0; attempt < tries && others.empty(); ++attempt)
            others = synonyms(words.bare(oneOf(words.size(), own, attempt)));
        if (!others.empty())
            words.insert(oneOf(words.size(), own, tries + 1), others[oneOf(others.size(), own, tries)]);
    }
}

void swapWords(WordList& words, double alpha, const Draw& draw)
{
    const std::int64_t times = words.size() < 2 ? 0 : howMany(alpha, words.size());
    for (std::int64_t i = 0; i < times; ++i) {
        const std::uint64_t place = 2 * std::uint64_t(i);
        const std::size_t a = oneOf(words.size(), draw, place);
        // Another one: EDA tries a few times and may give up.
        words.swap(a, (a + 1 + oneOf(words.size() - 1, draw, place + 1)) % words.size());
    }
}

void deleteWords(WordList& words, double p, const Draw& draw)
{
    std::vector<std::size_t> going;
    for (std::size_t i = 0; i < words.size(); ++i)
        if (draw.uniform(i) < p)
            going.push_back(i);
    if (words.size() == 0 || going.empty())
        return;
    if (going.size() == words.size())
        going.erase(going.begin() + std::ptrdiff_t(oneOf(going.size(), draw.within(1), 0)));
    for (auto i = going.rbegin(); i != going.rend(); ++i)
        words.remove(*i);
}

}
