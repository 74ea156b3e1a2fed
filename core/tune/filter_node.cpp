// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/filter_node.h"

#include "core/base/json.h"
#include "core/spec/check.h"

#include <algorithm>
#include <cmath>

namespace core::tune {

using namespace base;
using FilterNode = TrialFilter::Node;

namespace {

Value textOrNothing(const std::string& text)
{
    return text.empty() ? Value() : Value(text);
}

struct TrialField {
    std::string_view name;
    FilterKind kind;
    FieldReader read; ///< null: the trial has none
};

const std::vector<TrialField>& trialFields()
{
    static const std::vector<TrialField> all{
        {"number", FilterKind::Number, [](const Trial& t) { return Value(t.number); }},
        {"state", FilterKind::Text, [](const Trial& t) { return Value(name(t.state)); }},
        {"value", FilterKind::Number,
         [](const Trial& t) {
             return !t.values.empty()    ? Value(t.values.front())
                    : !t.reports.empty() ? Value(t.reports.back().value)
                                         : Value();
         }},
        {"source", FilterKind::Text, [](const Trial& t) { return Value(t.source); }},
        {"run", FilterKind::Text, [](const Trial& t) { return textOrNothing(t.run); }},
        {"error", FilterKind::Text, [](const Trial& t) { return textOrNothing(t.error); }},
        {"attempt", FilterKind::Number, [](const Trial& t) { return Value(t.attempt); }},
        {"step", FilterKind::Number, [](const Trial& t) { return t.lastStep() ? Value(*t.lastStep()) : Value(); }},
        {"reports", FilterKind::Number, [](const Trial& t) { return Value(std::int64_t(t.reports.size())); }},
        {"seconds", FilterKind::Number,
         [](const Trial& t) { return t.started > 0 && t.ended >= t.started ? Value(t.ended - t.started) : Value(); }},
        {"rule", FilterKind::Text, [](const Trial& t) { return t.stop ? Value(t.stop->rule) : Value(); }},
        {"star", FilterKind::Truth,
         [](const Trial& t) {
             const Value* star = t.notes.find("star");
             return Value(star && star->isBool() && star->toBool());
         }},
        {"note", FilterKind::Text,
         [](const Trial& t) {
             const Value* note = t.notes.find("note");
             return note && note->isText() ? *note : Value();
         }},
    };
    return all;
}

double computed(std::string_view name, double x)
{
    return name == "abs" ? std::abs(x) : name == "log" ? std::log(x) : name == "log10" ? std::log10(x) : std::sqrt(x);
}

}

Value TrialFilter::Node::compared(const Trial& trial) const
{
    const Value left = parts[0].at(trial);
    if (op == FilterOp::In)
        return std::any_of(parts.begin() + 1, parts.end(), [&](const Node& each) {
            return !left.isNull() &&
                   (left.isNumber() && each.constant.isNumber() ? left.toReal() == each.constant.toReal()
                                                                : left == each.constant);
        });
    const Value right = parts[1].at(trial);
    if (left.isNull() || right.isNull())
        return false;
    if (left.isNumber() && right.isNumber()) {
        const double a = left.toReal(), b = right.toReal();
        switch (op) {
        case FilterOp::Less:
            return a < b;
        case FilterOp::LessEqual:
            return a <= b;
        case FilterOp::Greater:
            return a > b;
        case FilterOp::GreaterEqual:
            return a >= b;
        default:
            return (a == b) == (op == FilterOp::Equal);
        }
    }
    if (op != FilterOp::Equal && op != FilterOp::NotEqual)
        return false;
    return (left == right) == (op == FilterOp::Equal);
}

Value TrialFilter::Node::calculated(const Trial& trial) const
{
    double values[2] = {};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const Value found = parts[i].at(trial);
        if (!found.isNumber())
            return {};
        values[i] = found.toReal();
    }
    switch (op) {
    case FilterOp::Negate:
        return -values[0];
    case FilterOp::Add:
        return values[0] + values[1];
    case FilterOp::Subtract:
        return values[0] - values[1];
    case FilterOp::Multiply:
        return values[0] * values[1];
    case FilterOp::Divide:
        return values[0] / values[1];
    default:
        return computed(name, values[0]);
    }
}

Value TrialFilter::Node::at(const Trial& trial) const
{
    switch (op) {
    case FilterOp::Constant:
        return constant;
    case FilterOp::Field:
        return read(trial);
    case FilterOp::Metric:
        return objective < trial.values.size() ? Value(trial.values[objective])
               : objective == 0                ? trialFields()[2].read(trial)
                                               : Value();
    case FilterOp::Parameter: {
        const Value* value = trial.parameters.find(name);
        return !value ? Value() : value->isArray() || value->isObject() ? Value(writeJson(*value)) : *value;
    }
    case FilterOp::Contains: {
        const Value whole = parts[0].at(trial), part = parts[1].at(trial);
        return whole.isText() && part.isText() && whole.text().find(part.text()) != std::string::npos;
    }
    case FilterOp::Has:
        return !parts[0].at(trial).isNull();
    case FilterOp::Not:
        return !parts[0].holds(trial);
    case FilterOp::And:
        return parts[0].holds(trial) && parts[1].holds(trial);
    case FilterOp::Or:
        return parts[0].holds(trial) || parts[1].holds(trial);
    case FilterOp::Negate:
    case FilterOp::Add:
    case FilterOp::Subtract:
    case FilterOp::Multiply:
    case FilterOp::Divide:
    case FilterOp::Function:
        return calculated(trial);
    default:
        return compared(trial);
    }
}

Error filterError(std::size_t place, const std::string& what, const std::string& advice)
{
    return {ErrorKind::Usage, "column " + std::to_string(place + 1) + ": " + what, "filter", advice};
}

std::string kindInWords(FilterKind kind)
{
    return kind == FilterKind::Number  ? "a number"
           : kind == FilterKind::Text  ? "a text"
           : kind == FilterKind::Truth ? "a condition"
                                       : "of no one kind";
}

FilterKind kindOf(const Value& value)
{
    return value.isNumber() ? FilterKind::Number : value.isBool() ? FilterKind::Truth : FilterKind::Text;
}

namespace {

FilterKind kindOfRange(const Distribution& range)
{
    if (range.type != Type::Categorical)
        return FilterKind::Number;
    for (const Value& value : range.values)
        if (kindOf(value) != kindOf(range.values.front()))
            return FilterKind::Any;
    return range.values.empty() ? FilterKind::Any : kindOf(range.values.front());
}

}

const std::vector<std::string>& filterFunctions()
{
    static const std::vector<std::string> all{"abs", "log", "log10", "sqrt"};
    return all;
}

FilterNode filterNode(FilterOp op, FilterKind kind, std::size_t place, std::vector<FilterNode> parts)
{
    FilterNode node;
    node.op = op;
    node.kind = kind;
    node.place = place;
    node.parts = std::move(parts);
    return node;
}

Result<FilterNode> filterName(const std::string& name, std::size_t place, const Space& space)
{
    for (const TrialField& field : trialFields())
        if (field.name == name) {
            FilterNode node = filterNode(FilterOp::Field, field.kind, place);
            node.name = name;
            node.read = field.read;
            return node;
        }
    return filterParameter(name, place, space);
}

Result<FilterNode> filterParameter(const std::string& path, std::size_t place, const Space& space)
{
    for (const Parameter& each : space.parameters())
        if (each.path == path) {
            FilterNode node = filterNode(FilterOp::Parameter, kindOfRange(each.range), place);
            node.name = path;
            node.range = &each.range;
            return node;
        }
    std::vector<std::string> known;
    for (const TrialField& field : trialFields())
        known.emplace_back(field.name);
    std::string list;
    for (const Parameter& each : space.parameters()) {
        known.push_back(each.path);
        // The last part of a path is what people remember.
        if (each.path.ends_with("." + path))
            return filterError(place, "\"" + path + "\" is not known", "Did you mean \"" + each.path + "\"?");
        list += ", " + each.path;
    }
    const std::string near = spec::nearest(path, known);
    return filterError(place, "\"" + path + "\" is not known",
                       near.empty() ? "Names are value, state, number, seconds, …" + list
                                    : "Did you mean \"" + near + "\"?");
}

Result<FilterNode> filterMetric(const std::string& name, std::size_t place,
                                const std::vector<ObjectiveSpec>& objectives)
{
    std::vector<std::string> known;
    for (std::size_t k = 0; k < objectives.size(); ++k) {
        known.push_back(objectives[k].metric);
        if (objectives[k].metric != name)
            continue;
        FilterNode node = filterNode(FilterOp::Metric, FilterKind::Number, place);
        node.objective = k;
        return node;
    }
    std::string list;
    for (const std::string& each : known)
        list += (list.empty() ? "" : ", ") + each;
    return filterError(place, "\"" + name + "\" is no objective of this study",
                       known.empty() ? "Write value" : "Objectives are " + list);
}

Status filterFits(const FilterNode& named, const FilterNode& constant)
{
    if (constant.op != FilterOp::Constant)
        return {};
    std::vector<std::string> known;
    if (named.op == FilterOp::Field && named.name == "state")
        for (const auto state : {TrialState::Waiting, TrialState::Running, TrialState::Paused, TrialState::Completed,
                                 TrialState::Stopped, TrialState::Failed, TrialState::Skipped})
            known.emplace_back(name(state));
    if (named.op == FilterOp::Parameter && named.range && named.range->type == Type::Categorical)
        for (const Value& value : named.range->values)
            known.push_back(value.isText() ? value.text() : writeJson(value));
    const Value& value = constant.constant;
    const std::string given = value.isText() ? value.text() : writeJson(value);
    if (known.empty() || std::ranges::find(known, given) != known.end())
        return {};
    if (named.range && std::ranges::any_of(named.range->values, [&](const Value& each) {
            return each.isNumber() && value.isNumber() && each.toReal() == value.toReal();
        }))
        return {};
    std::string list;
    for (const std::string& each : known)
        list += (list.empty() ? "" : ", ") + each;
    const std::string near = spec::nearest(given, known);
    return filterError(constant.place, named.name + " is never \"" + given + "\"",
                       near.empty() ? "It is one of " + list : "Did you mean \"" + near + "\"?");
}

}
