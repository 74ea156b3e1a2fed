// SPDX-License-Identifier: GPL-3.0-or-later
// The tree behind a TrialFilter: what its parser makes, and what a trial is held against.
#pragma once

#include "core/tune/trial_filter.h"

namespace core::tune {

enum class FilterKind { Number, Text, Truth, Any };

enum class FilterOp {
    Constant,
    Field,
    Metric,
    Parameter,
    Negate,
    Add,
    Subtract,
    Multiply,
    Divide,
    Function,
    Contains,
    Has,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
    In,
    Not,
    And,
    Or
};

/// Reads what every trial has of itself; null where this one has none.
using FieldReader = base::Value (*)(const Trial&);

struct TrialFilter::Node {
    FilterOp op = FilterOp::Constant;
    FilterKind kind = FilterKind::Number;
    base::Value constant = {};
    std::string name = {}; ///< a parameter's path, a function
    FieldReader read = nullptr;
    std::size_t objective = 0;
    const Distribution* range = nullptr; ///< of a parameter, while it is being read
    std::vector<Node> parts = {};
    std::size_t place = 0;

    base::Value at(const Trial& trial) const;
    bool holds(const Trial& trial) const
    {
        const base::Value found = at(trial);
        return found.isBool() && found.toBool();
    }

private:
    base::Value compared(const Trial& trial) const;
    base::Value calculated(const Trial& trial) const;
};

/// `column 7: …`.
base::Error filterError(std::size_t place, const std::string& what, const std::string& advice);
std::string kindInWords(FilterKind kind);
FilterKind kindOf(const base::Value& value);

/// The functions of one number.
const std::vector<std::string>& filterFunctions();
TrialFilter::Node filterNode(FilterOp op, FilterKind kind, std::size_t place,
                             std::vector<TrialFilter::Node> parts = {});
/// What a bare word means: a column of every trial, else a parameter.
base::Result<TrialFilter::Node> filterName(const std::string& name, std::size_t place, const Space& space);
base::Result<TrialFilter::Node> filterParameter(const std::string& path, std::size_t place, const Space& space);
base::Result<TrialFilter::Node> filterMetric(const std::string& name, std::size_t place,
                                             const std::vector<ObjectiveSpec>& objectives);
/// A constant beside a name that has but certain values has to be one of them.
base::Status filterFits(const TrialFilter::Node& named, const TrialFilter::Node& constant);

}
