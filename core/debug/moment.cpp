// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/moment.h"

#include <algorithm>
#include <charconv>

namespace core::debug {

namespace {

using Made = Source::Made;

// What a scalar is as a tensor of one element.
constexpr std::pair<std::string_view, Made> ofScalar[] = {
    {"value", Made::AsIs},    {"mean", Made::AsIs},         {"min", Made::AsIs},          {"max", Made::AsIs},
    {"sum", Made::AsIs},      {"prod", Made::AsIs},         {"median", Made::AsIs},       {"abs_mean", Made::Absolute},
    {"abs_max", Made::Absolute}, {"abs_min", Made::Absolute}, {"l1", Made::Absolute},     {"l2", Made::Absolute},
    {"std", Made::Zero},      {"variance", Made::Zero},     {"zeros", Made::IsZero},      {"nan", Made::IsNan},
    {"inf", Made::IsInf},     {"count", Made::One},         {"p5", Made::AsIs},           {"p95", Made::AsIs}};

std::vector<double> numbersIn(std::string_view text)
{
    std::vector<double> numbers;
    for (std::size_t from = 0; from <= text.size();) {
        const std::size_t comma = std::min(text.find(',', from), text.size());
        double number = 0;
        std::from_chars(text.data() + from, text.data() + comma, number);
        numbers.push_back(number);
        from = comma + 1;
    }
    return numbers;
}

}

double Moment::made(const Source& source) const
{
    const double value = m_values[source.id];
    switch (source.made) {
    case Made::Square: return value * value;
    case Made::Root: return std::sqrt(value);
    case Made::Absolute: return std::abs(value);
    case Made::IsZero: return value == 0;
    case Made::IsNan: return std::isnan(value);
    case Made::IsInf: return std::isinf(value);
    case Made::One: return 1;
    case Made::Zero: return 0;
    case Made::AsIs: break;
    }
    return value;
}

std::vector<Source> sourcesOf(const Signals::Tensor& tensor, const std::string& statistic)
{
    SignalId id = 0;
    if (tensor.find(statistic, id))
        return {{id}};
    if (tensor.isScalar()) {
        for (const auto& [name, how] : ofScalar)
            if (name == statistic)
                return {{tensor.statistics.front().second, how}};
        return {};
    }
    if (statistic == "variance" && tensor.find("std", id))
        return {{id, Made::Square}};
    if (statistic == "std" && tensor.find("variance", id))
        return {{id, Made::Root}};
    std::vector<Source> all;
    if (!statistic.ends_with("(*)"))
        return all;
    const std::string_view beginning(statistic.data(), statistic.size() - 2);
    for (const auto& [name, place] : tensor.statistics)
        if (name.starts_with(beginning) && name.ends_with(')'))
            all.push_back({place, Made::AsIs,
                           numbersIn(std::string_view(name).substr(beginning.size(),
                                                                   name.size() - beginning.size() - 1))});
    return all;
}

}
