// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/distribution.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace core::tune {

using base::Value;

namespace {

// Steps such as 0.1 add up to a hair less than the end of their range.
constexpr double hair = 1e-9;

}

std::string_view name(Type type)
{
    return type == Type::Continuous ? "continuous" : type == Type::Integer ? "integer" : "categorical";
}

std::string_view name(Scale scale)
{
    return scale == Scale::Linear ? "linear" : scale == Scale::Log ? "log" : "reverse_log";
}

std::string plainNumber(double number)
{
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

std::optional<std::int64_t> Distribution::count() const
{
    if (type == Type::Categorical)
        return std::int64_t(values.size());
    if (type == Type::Continuous && !step)
        return {};
    return std::int64_t(std::floor((max - min) / step.value_or(1) + hair)) + 1;
}

double Distribution::largest() const
{
    return min + double(*count() - 1) * step.value_or(1);
}

double Distribution::half() const
{
    return type == Type::Integer || step ? step.value_or(1) / 2 : 0;
}

Value Distribution::at(std::int64_t index) const
{
    if (type == Type::Categorical)
        return values[std::size_t(index)];
    const double number = min + double(index) * step.value_or(1);
    if (type == Type::Integer)
        return std::int64_t(std::llround(number));
    return std::min(number, max);
}

std::optional<std::int64_t> Distribution::indexOf(const Value& value) const
{
    if (type == Type::Categorical) {
        const auto found = std::find(values.begin(), values.end(), value);
        return found == values.end() ? std::nullopt : std::optional(std::int64_t(found - values.begin()));
    }
    const auto all = count();
    if (!all || !value.isNumber())
        return {};
    const double place = (value.toReal() - min) / step.value_or(1);
    const double whole = std::round(place);
    if (!(std::abs(place - whole) <= 1e-6) || whole < 0 || whole >= double(*all)) // NaN is nowhere
        return {};
    return std::int64_t(whole);
}

double Distribution::scaled(double value) const
{
    return scale == Scale::Log ? std::log(value) : scale == Scale::ReverseLog ? -std::log1p(-value) : value;
}

double Distribution::unscaled(double scaled) const
{
    return scale == Scale::Log ? std::exp(scaled) : scale == Scale::ReverseLog ? -std::expm1(-scaled) : scaled;
}

double Distribution::scaledMin() const
{
    return scaled(min - half());
}

double Distribution::scaledMax() const
{
    return scaled(count() ? largest() + half() : max);
}

Value Distribution::fromUnit(double unit) const
{
    unit = std::isfinite(unit) ? std::clamp(unit, 0.0, 1.0) : 0.5;
    const auto all = count();
    if (all && scale == Scale::Linear)
        return at(std::min(std::int64_t(unit * double(*all)), *all - 1));
    const double number = unscaled(scaledMin() + unit * (scaledMax() - scaledMin()));
    if (type == Type::Integer)
        return std::int64_t(std::clamp(std::round(number), min, max));
    // The ends themselves, not what logarithm and exponential leave of them.
    return unit == 0 ? min : unit == 1 ? max : std::clamp(number, min, max);
}

double Distribution::toUnit(const Value& value) const
{
    const auto all = count();
    if (all && scale == Scale::Linear) {
        const auto index = indexOf(value);
        return index ? (double(*index) + 0.5) / double(*all) : 0.5;
    }
    if (!value.isNumber() || scaledMax() <= scaledMin())
        return 0.5;
    const double place = (scaled(std::clamp(value.toReal(), min, max)) - scaledMin()) / (scaledMax() - scaledMin());
    return std::clamp(place, 0.0, 1.0);
}

bool Distribution::contains(const Value& value) const
{
    if (count())
        return indexOf(value).has_value();
    return value.isNumber() && value.toReal() >= min && value.toReal() <= max;
}

Value Distribution::nearest(const Value& value) const
{
    // Of a finite range its own value: a whole number is none with a point, which would be another one in a condition.
    if (const auto index = indexOf(value))
        return at(*index);
    if (type == Type::Categorical || !value.isNumber() || std::isnan(value.toReal()))
        return fromUnit(0.5);
    const double number = std::clamp(value.toReal(), min, max);
    if (const auto all = count())
        return at(std::clamp(std::int64_t(std::llround((number - min) / step.value_or(1))), std::int64_t(0), *all - 1));
    return number;
}

Scale automaticScale(Type type, double min, double max, bool fieldGoesByFactors)
{
    if (type == Type::Categorical)
        return Scale::Linear;
    const double forward = min > 0 ? max / min : 0;
    const double backward = type == Type::Continuous && min >= 0 && max < 1 ? (1 - min) / (1 - max) : 0;
    const double enough = fieldGoesByFactors ? 10 : 100;
    if (std::max(forward, backward) < enough)
        return Scale::Linear;
    return forward >= backward ? Scale::Log : Scale::ReverseLog;
}

}
