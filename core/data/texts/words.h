// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/spec/data_spec.h"

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace core::data {

/// The words of a text as scikit-learn's default pattern `\b\w\w+\b` finds them: runs of two or more letters, digits
/// and underscores of any script. Bytes that are no UTF-8 separate words.
std::vector<std::string> wordsOf(std::string_view text, bool lowercase);

/// scikit-learn's CountVectorizer and TfidfVectorizer with their defaults and `max_features`, `ngram_range` (1,
/// ngrams).
class WordCounts {
public:
    /// `textAt(i)` is the i-th of `texts` texts to learn from. Of words that are as frequent, the first in the alphabet
    /// are kept.
    WordCounts(const spec::TextSpec& spec, std::size_t texts, const std::function<std::string(std::size_t)>& textAt);

    /// Sorted by code points.
    const std::vector<std::string>& words() const { return m_words; }
    /// One number a word.
    std::vector<float> of(std::string_view text) const;

private:
    spec::TextSpec m_spec;
    std::vector<std::string> m_words;
    std::vector<double> m_idf; ///< ln((1 + texts) / (1 + texts with the word)) + 1
    std::unordered_map<std::string, std::size_t> m_places;
};

}
