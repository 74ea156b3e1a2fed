// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/texts/tokens.h"
#include "core/data/check.h"

#include <algorithm>
#include <cmath>

namespace core::data::checks::tokens {

namespace {

constexpr std::int64_t mostTexts = 5000; ///< of a part
constexpr double worthTelling = 0.01;

struct Spec {};

struct Shares {
    double unknown = 0;   ///< of tokens
    double truncated = 0; ///< of texts
};

Shares sharesOf(const Examined& data, const std::vector<std::int64_t>& rows)
{
    std::int64_t tokens = 0, unknown = 0, texts = 0, longer = 0;
    for (const std::int64_t place : spreadRows(std::int64_t(rows.size()), mostTexts)) {
        const auto sample = data.samples->read(rows[std::size_t(place)]);
        if (!sample)
            continue;
        const std::vector<std::int64_t> numbers = data.tokenizer->numbersOf(sample->text);
        ++texts;
        longer += std::int64_t(numbers.size()) > data.experiment.data.tokens->maxLength;
        tokens += std::int64_t(numbers.size());
        unknown += std::count(numbers.begin(), numbers.end(), Tokenizer::unknown);
    }
    return {tokens ? double(unknown) / double(tokens) : 0, texts ? double(longer) / double(texts) : 0};
}

std::string percent(double share)
{
    const double tenths = std::round(share * 1000);
    return std::to_string(std::int64_t(tenths) / 10) + "." + std::to_string(std::int64_t(tenths) % 10) + " %";
}

// `2.1 % of training, 7.5 % of validation, 7.9 % of test`.
std::string perPart(const std::array<Shares, 3>& shares, double Shares::*which, const Examined& data)
{
    std::string text;
    const char* names[] = {"training", "validation", "test"};
    for (std::size_t p = 0; p < 3; ++p)
        if (!data.parts[p].empty())
            text += (text.empty() ? "" : ", ") + percent(shares[p].*which) + " of " + names[p];
    return text;
}

class Tokens final : public Check {
public:
    explicit Tokens(Spec) {}

    int rank() const override { return 3; }

    std::vector<Problem> examine(const Examined& data) const override
    {
        std::vector<Problem> problems;
        if (!data.tokenizer || !data.samples || !data.experiment.data.tokens)
            return problems;
        std::array<Shares, 3> shares;
        for (std::size_t p = 0; p < 3; ++p)
            shares[p] = sharesOf(data, data.parts[p]);
        const auto most = [&](double Shares::*which) {
            return std::max({shares[0].*which, shares[1].*which, shares[2].*which});
        };
        const spec::TokensSpec& spec = *data.experiment.data.tokens;
        const std::string column = data.info.text;
        if (most(&Shares::unknown) >= worthTelling)
            problems.push_back({"unknown_tokens",
                                column,
                                {},
                                0,
                                "tokens that are not in the vocabulary: " + perPart(shares, &Shares::unknown, data),
                                spec.kind == "bpe" ? "Raise data.tokens.vocabulary"
                                                   : "Raise data.tokens.vocabulary, or set data.tokens.kind to bpe",
                                "All of them are one and the same token to the network."});
        if (spec.kind != "bpe" && !problems.empty()) {
            problems.back().action = "Cut rare words into pieces";
            problems.back().changes = {{"data.tokens.kind", "bpe"}};
        }
        if (most(&Shares::truncated) >= worthTelling) {
            problems.push_back({"truncated_texts",
                                column,
                                {},
                                0,
                                "texts longer than " + std::to_string(spec.maxLength) +
                                    " tokens, whose ends are cut off: " + perPart(shares, &Shares::truncated, data),
                                "Raise data.tokens.max_length",
                                "What a text says at its end is not seen."});
            problems.back().action = "See twice as much of each";
            problems.back().changes = {{"data.tokens.max_length", spec.maxLength * 2}};
        }
        return problems;
    }
};

}

void enroll(Checks& all)
{
    all.add<Tokens>("tokens", "Tokens of texts", "Tokens that the vocabulary lacks, and texts that are cut off.",
                    base::Fields<Spec>{});
}

}
