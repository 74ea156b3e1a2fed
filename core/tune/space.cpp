// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/space.h"

#include "core/base/json.h"

#include <algorithm>
#include <cmath>

namespace core::tune {

using namespace base;

namespace {

Error wrong(std::size_t parameter, const char* key, std::string message, std::string advice)
{
    return {ErrorKind::Spec, std::move(message), "/tuning/parameters/" + std::to_string(parameter) + "/" + key,
            std::move(advice)};
}

std::string rangeOf(const Distribution& range)
{
    if (range.type == Type::Categorical)
        return writeJson(range.values);
    return plainNumber(range.min) + " to " + plainNumber(range.max);
}

}

Result<Space> Space::make(std::vector<Parameter> parameters)
{
    Space space;
    const auto placeOf = [&](const std::string& path) {
        return std::size_t(std::ranges::find(parameters, path, &Parameter::path) - parameters.begin());
    };
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const Parameter& each = parameters[i];
        if (placeOf(each.path) != i)
            return wrong(i, "path", "\"" + each.path + "\" is there twice", "Give each parameter one range");
        if (!each.when)
            continue;
        const std::size_t parent = placeOf(each.when->path);
        if (parent == parameters.size())
            return wrong(i, "when", "\"" + each.when->path + "\" is no parameter of this study",
                         "Name one that is in /tuning/parameters");
        for (Value& value : parameters[i].when->anyOf) {
            if (!parameters[parent].range.contains(value))
                return wrong(i, "when", writeJson(value) + " is no value of " + each.when->path,
                             "It has " + rangeOf(parameters[parent].range));
            value = parameters[parent].range.nearest(value);
        }
    }
    // A parameter is ready once its parent is; what is never ready waits for itself.
    std::vector<bool> ready(parameters.size());
    for (bool grew = true; grew;) {
        grew = false;
        for (std::size_t i = 0; i < parameters.size(); ++i)
            if (!ready[i] && (!parameters[i].when || ready[placeOf(parameters[i].when->path)])) {
                ready[i] = grew = true;
                space.m_order.push_back(i);
            }
    }
    if (const auto stuck = std::ranges::find(ready, false); stuck != ready.end())
        return wrong(std::size_t(stuck - ready.begin()), "when", "its condition comes back to itself",
                     "Conditions must lead to a parameter that has none");
    space.m_parameters = std::move(parameters);
    return space;
}

bool Space::isActive(std::size_t parameter, const Object& point) const
{
    const auto& when = m_parameters[parameter].when;
    if (!when)
        return true;
    const Value* parent = point.find(when->path);
    return parent && std::ranges::find(when->anyOf, *parent) != when->anyOf.end();
}

Object Space::pointAt(std::span<const double> unit) const
{
    Object found;
    for (const std::size_t i : m_order)
        if (isActive(i, found))
            found.set(m_parameters[i].path, m_parameters[i].range.fromUnit(unit[i]));
    Object point;
    for (const Parameter& each : m_parameters)
        if (Value* value = found.find(each.path))
            point.set(each.path, std::move(*value));
    return point;
}

std::vector<double> Space::unitOf(const Object& point) const
{
    std::vector<double> unit(size(), std::nan(""));
    for (std::size_t i = 0; i < size(); ++i)
        if (const Value* value = point.find(m_parameters[i].path); value && isActive(i, point))
            unit[i] = m_parameters[i].range.toUnit(*value);
    return unit;
}

std::vector<double> Space::filledUnitOf(const Object& point) const
{
    std::vector<double> unit = unitOf(point);
    std::ranges::replace_if(
        unit, [](double each) { return std::isnan(each); }, 0.5);
    return unit;
}

Status Space::check(const Object& point, const std::string& where) const
{
    for (const auto& [path, value] : point)
        if (std::ranges::find(m_parameters, path, &Parameter::path) == m_parameters.end())
            return Error{ErrorKind::Usage, "\"" + path + "\" is no parameter of this study", where,
                         "Give values to its parameters alone"};
    for (std::size_t i = 0; i < size(); ++i) {
        const Parameter& each = m_parameters[i];
        const Value* value = point.find(each.path);
        if (isActive(i, point) != (value != nullptr))
            return Error{ErrorKind::Usage,
                         value ? each.path + " is given, but " + each.when->path + " says that it does not exist"
                               : each.path + " is missing",
                         where, value ? "Leave it out" : "It takes " + rangeOf(each.range)};
        if (value && !each.range.contains(*value))
            return Error{ErrorKind::Usage, writeJson(*value) + " is out of the range of " + each.path, where,
                         "It takes " + rangeOf(each.range)};
    }
    return {};
}

bool Space::holds(const Object& point) const
{
    return std::ranges::all_of(m_parameters, [&](const Parameter& each) {
        const Value* value = point.find(each.path);
        return !value || each.range.contains(*value);
    });
}

Object Space::nearest(const Object& point) const
{
    Object found;
    for (const std::size_t i : m_order)
        if (isActive(i, found)) {
            const Value* value = point.find(m_parameters[i].path);
            found.set(m_parameters[i].path,
                      value ? m_parameters[i].range.nearest(*value) : m_parameters[i].range.fromUnit(0.5));
        }
    Object ordered;
    for (const Parameter& each : m_parameters)
        if (Value* value = found.find(each.path))
            ordered.set(each.path, std::move(*value));
    return ordered;
}

Object Space::asWritten(const Object& point) const
{
    Object written = point;
    for (const Parameter& each : m_parameters)
        if (const Value* value = point.find(each.path); value && each.range.contains(*value))
            written.set(each.path, each.range.nearest(*value));
    return written;
}

bool Space::conditional() const
{
    return std::ranges::any_of(m_parameters, [](const Parameter& each) { return each.when.has_value(); });
}

std::optional<std::int64_t> Space::count() const
{
    // Children of a value multiply the points that have it: counted by walking the values of parents.
    constexpr std::int64_t most = 1'000'000'000;
    const auto below = [&](const auto& self, std::size_t place, Object& point) -> std::optional<std::int64_t> {
        if (place == m_order.size())
            return 1;
        const std::size_t i = m_order[place];
        const Parameter& each = m_parameters[i];
        if (!isActive(i, point))
            return self(self, place + 1, point);
        const auto values = each.range.count();
        if (!values || *values > most)
            return {};
        const bool parent = std::ranges::any_of(
            m_parameters, [&](const Parameter& other) { return other.when && other.when->path == each.path; });
        std::int64_t sum = 0;
        for (std::int64_t v = 0; v < (parent ? *values : 1); ++v) {
            point.set(each.path, each.range.at(v));
            const auto more = self(self, place + 1, point);
            if (!more)
                return {};
            sum += *more;
        }
        point.erase(each.path);
        const double whole = double(sum) * (parent ? 1 : double(*values));
        return whole > double(most) ? std::optional<std::int64_t>{} : std::optional(std::int64_t(whole));
    };
    Object point;
    return below(below, 0, point);
}

}
