// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/texts/words.h"

#include "core/data/texts/characters.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

namespace core::data {

namespace {

// Words, then pairs that stand side by side, and so on.
std::vector<std::string> termsOf(std::string_view text, const spec::TextSpec& spec)
{
    std::vector<std::string> terms = wordsOf(text, spec.lowercase);
    const std::size_t words = terms.size();
    for (std::size_t n = 2; n <= std::size_t(spec.ngrams); ++n)
        for (std::size_t first = 0; first + n <= words; ++first) {
            std::string term = terms[first];
            for (std::size_t i = 1; i < n; ++i)
                term += " " + terms[first + i];
            terms.push_back(std::move(term));
        }
    return terms;
}

}

std::vector<std::string> wordsOf(std::string_view text, bool lowercase)
{
    std::vector<std::string> words;
    std::string word;
    std::size_t characters = 0;
    for (std::size_t at = 0; at <= text.size();) {
        const char32_t c = at < text.size() ? nextCharacter(text, at) : (++at, U'\0');
        if (c != 0 && isWordCharacter(c)) {
            append(word, lowercase ? lowered(c) : c);
            ++characters;
            continue;
        }
        if (characters > 1)
            words.push_back(std::move(word));
        word.clear();
        characters = 0;
    }
    return words;
}

WordCounts::WordCounts(const spec::TextSpec& spec, std::size_t texts,
                       const std::function<std::string(std::size_t)>& textAt)
    : m_spec(spec)
{
    struct Seen {
        std::int64_t times = 0, texts = 0;
        std::size_t last = std::size_t(-1);
    };
    std::unordered_map<std::string, Seen> seen;
    for (std::size_t i = 0; i < texts; ++i)
        for (std::string& term : termsOf(textAt(i), spec)) {
            Seen& one = seen[std::move(term)];
            ++one.times;
            if (one.last != i)
                ++one.texts;
            one.last = i;
        }
    for (const auto& [word, one] : seen)
        m_words.push_back(word);
    if (m_words.size() > std::size_t(spec.vocabulary)) {
        const auto before = [&](const std::string& a, const std::string& b) {
            const std::int64_t timesA = seen[a].times, timesB = seen[b].times;
            return timesA != timesB ? timesA > timesB : a < b;
        };
        std::nth_element(m_words.begin(), m_words.begin() + spec.vocabulary, m_words.end(), before);
        m_words.resize(std::size_t(spec.vocabulary));
    }
    std::sort(m_words.begin(), m_words.end());
    for (const std::string& word : m_words) {
        m_idf.push_back(std::log((1.0 + double(texts)) / (1.0 + double(seen[word].texts))) + 1);
        m_places.emplace(word, m_places.size());
    }
}

std::vector<float> WordCounts::of(std::string_view text) const
{
    std::vector<float> numbers(m_words.size(), 0);
    for (const std::string& term : termsOf(text, m_spec))
        if (const auto found = m_places.find(term); found != m_places.end())
            numbers[found->second] = m_spec.weighting == "binary" ? 1 : numbers[found->second] + 1;
    if (m_spec.weighting != "tf_idf")
        return numbers;
    double square = 0;
    for (std::size_t w = 0; w < numbers.size(); ++w) {
        numbers[w] = float(numbers[w] * m_idf[w]);
        square += double(numbers[w]) * numbers[w];
    }
    if (square > 0)
        for (float& number : numbers)
            number = float(number / std::sqrt(square));
    return numbers;
}

}
