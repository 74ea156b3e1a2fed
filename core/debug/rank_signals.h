// SPDX-License-Identifier: GPL-3.0-or-later
// What rules of ranks have in common: the same figure of each, one beside the other.
#pragma once

#include "core/debug/rule_fields.h"
#include "core/events/rank_scalars.h"

#include <map>

namespace core::debug {

/// `figure` of every rank; by rank with figuresOf().
inline Need needOfRanks(std::string_view figure)
{
    return {{{}, {"^ranks/[0-9]+/" + std::string(figure) + "$"}}, {"value"}};
}

/// By rank, what was saved of a need at this step; what is no number is left out.
inline std::map<std::int64_t, double> figuresOf(const Moment& now, std::size_t need = 0)
{
    std::map<std::int64_t, double> figures;
    for (const Watched& one : now.tensors(need))
        if (const double value = now.value(one); !std::isnan(value))
            figures[std::strtoll(one.tensor.c_str() + std::string_view("ranks/").size(), nullptr, 10)] = value;
    return figures;
}

/// Ranks whose figure is not that of the first one.
inline std::vector<std::int64_t> othersThanFirst(const std::map<std::int64_t, double>& figures)
{
    std::vector<std::int64_t> others;
    for (const auto& [rank, figure] : figures)
        if (figure != figures.begin()->second)
            others.push_back(rank);
    return others;
}

/// `rank 1`, `ranks 1 and 2`, `ranks 1, 2, 3 and 4`.
inline std::string ranksText(const std::vector<std::int64_t>& ranks)
{
    std::string text = ranks.size() == 1 ? "rank " : "ranks ";
    for (std::size_t i = 0; i < ranks.size(); ++i)
        text += (i == 0 ? "" : i + 1 == ranks.size() ? " and " : ", ") + std::to_string(ranks[i]);
    return text;
}

/// A setting of `distributed` that is off where it should be on; against it where it is on.
inline Look rankSettingOff(const char* key)
{
    return [key](const Scene& scene) -> Clue {
        const std::string path = std::string("distributed.") + key;
        const base::Value* set = scene.spec.at(path);
        if (!set)
            return {};
        return set->toBool(true) ? Clue{-0.3, path + " is on"} : Clue{0.8, path + " is off"};
    };
}

/// A condition that counts once it held `patience` times running, and again when it had been gone.
class Lasting {
public:
    explicit Lasting(std::int64_t patience) : m_patience(patience) {}
    /// The step since which it holds, at the moment at which it counts.
    std::optional<std::int64_t> see(bool holds, std::int64_t step)
    {
        if (!holds) {
            m_count = 0;
            return {};
        }
        if (m_count == 0)
            m_since = step;
        return ++m_count == m_patience ? std::optional(m_since) : std::nullopt;
    }

private:
    std::int64_t m_patience, m_count = 0, m_since = 0;
};

}
