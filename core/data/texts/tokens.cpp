// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/texts/tokens.h"

#include "core/data/texts/characters.h"

#include <algorithm>

namespace core::data {

namespace {

// A text by the rule of its kind; words in front of bpe, too.
std::vector<std::string> cut(std::string_view text, const std::string& kind, bool lowercase)
{
    std::vector<std::string> tokens;
    std::string token;
    const auto end = [&] {
        if (!token.empty())
            tokens.push_back(std::move(token));
        token.clear();
    };
    const bool words = kind != "whitespace";
    for (std::size_t at = 0; at < text.size();) {
        char32_t c = nextCharacter(text, at);
        if (c == 0)
            c = 0xfffd;
        if (kind != "character" && isSpace(c)) {
            end();
            continue;
        }
        const bool alone = kind == "character" || (words && !isWordCharacter(c));
        if (alone)
            end();
        append(token, lowercase ? lowered(c) : c);
        if (alone)
            end();
    }
    end();
    return tokens;
}

}

Tokenizer::Tokenizer(const spec::TokensSpec& spec, std::size_t texts,
                     const std::function<std::string(std::size_t)>& textAt)
    : m_spec(spec),
      m_vocabulary{"<pad>", "<unk>"}
{
    std::map<std::string, std::int64_t> seen;
    for (std::size_t i = 0; i < texts; ++i)
        for (std::string& token : cut(textAt(i), spec.kind, spec.lowercase))
            ++seen[std::move(token)];
    const std::size_t room = std::size_t(std::max<std::int64_t>(0, spec.vocabulary - 2));
    if (spec.kind == "bpe") {
        m_pairs = BytePairs(seen, room);
        m_vocabulary.insert(m_vocabulary.end(), m_pairs.pieces().begin(), m_pairs.pieces().end());
    } else {
        std::vector<std::string> known;
        for (const auto& [token, times] : seen)
            known.push_back(token);
        std::ranges::stable_sort(known, std::greater<>{}, [&](const std::string& token) { return seen[token]; });
        known.resize(std::min(known.size(), room));
        m_vocabulary.insert(m_vocabulary.end(), known.begin(), known.end());
    }
    for (std::size_t i = 2; i < m_vocabulary.size(); ++i)
        m_numbers.emplace(m_vocabulary[i], std::int64_t(i));
}

std::vector<std::string> Tokenizer::tokensOf(std::string_view text) const
{
    std::vector<std::string> tokens = cut(text, m_spec.kind, m_spec.lowercase);
    if (m_spec.kind != "bpe")
        return tokens;
    std::vector<std::string> pieces;
    for (const std::string& word : tokens)
        for (std::string& piece : m_pairs.of(word))
            pieces.push_back(std::move(piece));
    return pieces;
}

std::vector<std::int64_t> Tokenizer::numbersOf(std::string_view text) const
{
    std::vector<std::int64_t> numbers;
    for (const std::string& token : tokensOf(text)) {
        const auto found = m_numbers.find(token);
        numbers.push_back(found == m_numbers.end() ? unknown : found->second);
    }
    return numbers;
}

std::vector<float> Tokenizer::row(std::string_view text) const
{
    std::vector<std::int64_t> numbers = numbersOf(text);
    if (numbers.empty())
        numbers.push_back(unknown);
    numbers.resize(std::size_t(m_spec.maxLength), padding);
    return {numbers.begin(), numbers.end()};
}

}
