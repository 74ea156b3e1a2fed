// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/moment.h"

#include "core/spec/statistic.h"

namespace core::debug {

namespace {

using Made = Source::Made;

// What a scalar is as a tensor of one element.
constexpr std::pair<std::string_view, Made> ofScalar[] = {
    {"value", Made::AsIs},       {"mean", Made::AsIs},        {"min", Made::AsIs},     {"max", Made::AsIs},
    {"sum", Made::AsIs},         {"prod", Made::AsIs},        {"median", Made::AsIs},  {"abs_mean", Made::Absolute},
    {"abs_max", Made::Absolute}, {"abs_min", Made::Absolute}, {"l1", Made::Absolute},  {"l2", Made::Absolute},
    {"std", Made::Zero},         {"variance", Made::Zero},    {"zeros", Made::IsZero}, {"nan", Made::IsNan},
    {"inf", Made::IsInf},        {"count", Made::One},        {"p5", Made::AsIs},      {"p95", Made::AsIs}};

// `confusion(*,*)` is every `confusion(…)`.
bool fits(const std::string& wanted, const spec::Statistic& there)
{
    const auto pattern = spec::parseStatistic(wanted);
    if (!pattern || !pattern->open() || pattern->name != there.name ||
        pattern->arguments.size() != there.arguments.size())
        return false;
    for (std::size_t i = 0; i < there.arguments.size(); ++i)
        if (!std::isnan(pattern->arguments[i]) && pattern->arguments[i] != there.arguments[i])
            return false;
    return true;
}

}

double Moment::made(const Source& source) const
{
    const double value = m_values[source.id];
    switch (source.made) {
    case Made::Square:
        return value * value;
    case Made::Root:
        return std::sqrt(value);
    case Made::Absolute:
        return std::abs(value);
    case Made::IsZero:
        return value == 0;
    case Made::IsNan:
        return std::isnan(value);
    case Made::IsInf:
        return std::isinf(value);
    case Made::One:
        return 1;
    case Made::Zero:
        return 0;
    case Made::AsIs:
        break;
    }
    return value;
}

std::vector<Source> sourcesOf(const Signals::Tensor& tensor, const std::string& statistic)
{
    SignalId id = 0;
    // A scalar is known exactly, its statistics as a tensor in single precision.
    if (tensor.find("value", id))
        for (const auto& [name, how] : ofScalar)
            if (name == statistic)
                return {{id, how, {}, statistic}};
    if (tensor.find(statistic, id))
        return {{id, Made::AsIs, {}, statistic}};
    if (statistic == "variance" && tensor.find("std", id))
        return {{id, Made::Square, {}, statistic}};
    if (statistic == "std" && tensor.find("variance", id))
        return {{id, Made::Root, {}, statistic}};
    std::vector<Source> all;
    for (const auto& [name, place] : tensor.statistics)
        if (statistic == "*")
            all.push_back({place, Made::AsIs, {}, name});
        else if (const auto known = spec::parseStatistic(name); known && fits(statistic, *known))
            all.push_back({place, Made::AsIs, known->arguments, name});
    return all;
}

}
