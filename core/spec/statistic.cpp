// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spec/statistic.h"

#include "core/base/trimmed.h"
#include "core/spec/check.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace core::spec {

using base::Error;
using base::ErrorKind;

namespace {

constexpr double unbounded = std::numeric_limits<double>::infinity();
constexpr double largest = 1e9;

constexpr StatisticArgument activity[] = {{"A", 0, 100}};
constexpr StatisticArgument range[] = {{"MIN", -unbounded, unbounded}, {"MAX", -unbounded, unbounded}, {"A", 0, 100}};
constexpr StatisticArgument alike[] = {
    {"RTOL", 0, unbounded}, {"ATOL", 0, unbounded}, {"EQUAL_NAN", 0, 1, true}, {"MOST", 1, 64, true}};
constexpr StatisticArgument change[] = {{"EPS", 0, unbounded}, {"STEPS", 0, largest, true}};
constexpr StatisticArgument ofClass[] = {{"K", 0, largest, true, true}};
constexpr StatisticArgument cell[] = {{"I", 0, largest, true, true}, {"J", 0, largest, true, true}};
constexpr StatisticArgument token[] = {{"V", -unbounded, unbounded}};
constexpr StatisticArgument channel[] = {{"C", 0, largest, true, true}, {"AXIS", 0, 8, true}};

constexpr StatisticKind statistics[] = {
    {"min", {}, "the least element"},
    {"max", {}, "the greatest element"},
    {"mean", {}, "their mean"},
    {"std", {}, "their standard deviation, ddof 0"},
    {"variance", {}, "their variance, ddof 0"},
    {"sum", {}, "their sum"},
    {"prod", {}, "their product"},
    {"median", {}, "the one in the middle"},
    {"l1", {}, "the sum of magnitudes"},
    {"l2", {}, "the root of the sum of squares"},
    {"abs_min", {}, "the least magnitude"},
    {"abs_max", {}, "the greatest magnitude"},
    {"abs_mean", {}, "the mean magnitude"},
    {"abs_std", {}, "the standard deviation of magnitudes"},
    {"abs_variance", {}, "the variance of magnitudes"},
    {"abs_sum", {}, "the sum of magnitudes"},
    {"abs_prod", {}, "the product of magnitudes"},
    {"abs_median", {}, "the magnitude in the middle"},
    {"zeros", {}, "how many are zero"},
    {"nan", {}, "how many are NaN"},
    {"inf", {}, "how many are infinite"},
    {"count", {}, "how many there are"},
    {"p5", {}, "5 % lie below it"},
    {"p95", {}, "95 % lie below it"},
    {"images", {}, "how many rows there are"},
    {"dead_share", activity, "percent of units that are above 0 in less than A percent of the rows"},
    {"saturated_share", range, "percent of units that lie between MIN and MAX in less than A percent of the rows"},
    {"same_saves", alike, "how many saves right before are the same within the tolerances, at most MOST", true},
    {"change_ratio", change,
     "mean |w − before| / (mean |before| + EPS), against the save before or the oldest of STEPS", true},
    {"class_count", ofClass, "how many rows are of class K"},
    {"wrong_count", ofClass, "how many rows of class K are taken for another", false, true},
    {"confusion", cell, "how many rows of class I are taken for J", false, true},
    {"token_share", token, "percent of elements that are V"},
    {"channel_mean", channel, "the mean of channel C, channels along AXIS"}};

constexpr std::pair<std::string_view, std::string_view> spellings[] = {{"l1_norm", "l1"},     {"l2_norm", "l2"},
                                                                       {"abs_l1_norm", "l1"}, {"abs_l2_norm", "l2"},
                                                                       {"abs_l1", "l1"},      {"abs_l2", "l2"}};

std::string formOf(const StatisticKind& kind)
{
    std::string text(kind.name);
    for (const StatisticArgument& argument : kind.arguments)
        text += (&argument == kind.arguments.data() ? "(" : ",") + std::string(argument.name);
    return text + (kind.arguments.empty() ? "" : ")");
}

Error wrong(std::string_view text, const std::string& why, const StatisticKind& kind)
{
    return {ErrorKind::Spec, '"' + std::string(text) + "\" " + why, {}, formOf(kind) + ": " + std::string(kind.help)};
}

base::Result<double> argumentOf(std::string_view text, std::string_view part, const StatisticArgument& argument,
                                const StatisticKind& kind)
{
    part = base::trimmed(part);
    if (part == "*" && argument.every)
        return std::numeric_limits<double>::quiet_NaN();
    double value = 0;
    const auto [end, code] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (part.empty() || code != std::errc{} || end != part.data() + part.size() || std::isnan(value))
        return wrong(text, "has no number for " + std::string(argument.name), kind);
    if (argument.whole && value != std::floor(value))
        return wrong(text, "needs a whole number for " + std::string(argument.name), kind);
    if (value < argument.least || value > argument.most)
        return wrong(text, "has a value for " + std::string(argument.name) + " that is out of range", kind);
    return value == 0 ? 0 : value; // without the sign of a zero
}

}

bool Statistic::operator==(const Statistic& other) const
{
    return name == other.name && std::ranges::equal(arguments, other.arguments, [](double a, double b) {
               return a == b || (std::isnan(a) && std::isnan(b));
           });
}

bool Statistic::open() const
{
    return std::ranges::any_of(arguments, [](double value) { return std::isnan(value); });
}

std::span<const StatisticKind> statisticKinds()
{
    return statistics;
}

const StatisticKind* statisticKind(std::string_view name)
{
    const auto found = std::ranges::find(statistics, name, &StatisticKind::name);
    return found == std::end(statistics) ? nullptr : &*found;
}

base::Result<Statistic> parseStatistic(std::string_view text)
{
    const std::string_view whole = base::trimmed(text);
    const std::size_t open = whole.find('(');
    std::string_view name = base::trimmed(whole.substr(0, open));
    for (const auto& [spelling, column] : spellings)
        if (name == spelling)
            name = column;
    const StatisticKind* kind = statisticKind(name);
    if (!kind) {
        std::vector<std::string> known;
        for (const StatisticKind& each : statistics)
            known.emplace_back(each.name);
        const std::string near = nearest(name, known);
        return Error{ErrorKind::Spec,
                     '"' + std::string(name) + "\" is no statistic",
                     {},
                     near.empty() ? "Such as mean, abs_mean, l2, p95 or dead_share(1)"
                                  : "Did you mean \"" + near + "\"?"};
    }
    if (open != whole.npos && whole.back() != ')')
        return wrong(text, "does not end with )", *kind);
    std::string_view rest = open == whole.npos ? std::string_view{} : whole.substr(open + 1, whole.size() - open - 2);
    Statistic statistic{std::string(name), {}};
    if (open != whole.npos && kind->arguments.empty())
        return wrong(text, "takes no parameters", *kind);
    for (std::size_t i = 0; i < kind->arguments.size(); ++i) {
        const std::size_t comma = rest.find(',');
        const bool last = i + 1 == kind->arguments.size();
        if (open == whole.npos || last != (comma == rest.npos))
            return wrong(text, "takes " + std::to_string(kind->arguments.size()) + " parameters", *kind);
        CORE_TRY(value, argumentOf(text, rest.substr(0, comma), kind->arguments[i], *kind));
        statistic.arguments.push_back(value);
        rest = last ? std::string_view{} : rest.substr(comma + 1);
    }
    return statistic;
}

std::string spell(const Statistic& statistic)
{
    std::string text = statistic.name;
    for (std::size_t i = 0; i < statistic.arguments.size(); ++i) {
        char digits[32];
        const double value = statistic.arguments[i];
        text += i == 0 ? '(' : ',';
        text += std::isnan(value) ? std::string("*")
                                  : std::string(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
    }
    return text + (statistic.arguments.empty() ? "" : ")");
}

}
