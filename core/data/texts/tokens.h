// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/texts/byte_pairs.h"
#include "core/spec/data_spec.h"

#include <functional>
#include <string_view>
#include <unordered_map>

namespace core::data {

/// Cuts texts into tokens, and knows the number of each.
class Tokenizer {
public:
    static constexpr std::int64_t padding = 0, unknown = 1; ///< `<pad>` and `<unk>`

    /// `textAt(i)` is the i-th of `texts` texts to learn the vocabulary from. Of tokens that are as frequent, the first
    /// in the alphabet are kept.
    Tokenizer(const spec::TokensSpec& spec, std::size_t texts, const std::function<std::string(std::size_t)>& textAt);

    /// What each number stands for, `<pad>` and `<unk>` first; then by frequency, of bpe as BytePairs::pieces().
    const std::vector<std::string>& vocabulary() const { return m_vocabulary; }
    const BytePairs& pairs() const { return m_pairs; }
    /// All tokens of a text, known or not.
    std::vector<std::string> tokensOf(std::string_view text) const;
    std::vector<std::int64_t> numbersOf(std::string_view text) const;
    /// max_length numbers: the text's first ones, then padding. A text without a token is one unknown one, so that
    /// there is something to look at.
    std::vector<float> row(std::string_view text) const;

private:
    spec::TokensSpec m_spec;
    BytePairs m_pairs;
    std::vector<std::string> m_vocabulary;
    std::unordered_map<std::string, std::int64_t> m_numbers;
};

}
