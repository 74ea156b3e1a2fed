// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"

#include <optional>

namespace core::tune {

enum class Type { Continuous, Integer, Categorical };
enum class Scale { Linear, Log, ReverseLog };

std::string_view name(Type type);
std::string_view name(Scale scale);

/// As a person would write it: `0.1`, `3`, `1e-05`.
std::string plainNumber(double number);

/// What one parameter of a study may be, and how its values lie along [0, 1] for the samplers: evenly on their scale.
/// Logarithmic: log x; ReverseLog: −log(1 − x), for what lies near one.
struct Distribution {
    Type type = Type::Continuous;
    double min = 0, max = 1;
    std::optional<double> step = {}; ///< on a linear scale; whole numbers without one go by 1
    Scale scale = Scale::Linear;
    base::Array values = {}; ///< of a category

    bool operator==(const Distribution&) const = default;

    /// How many values there are; nothing on a continuum.
    std::optional<std::int64_t> count() const;
    /// One of `count()`, in ascending order or as the categories were written.
    base::Value at(std::int64_t index) const;
    /// Where a value stands among `count()`; nothing if it is none of them.
    std::optional<std::int64_t> indexOf(const base::Value& value) const;

    /// The value at a place of [0, 1]; every value of a finite range has a part of its own.
    base::Value fromUnit(double unit) const;
    /// The place of a value: of a finite range the middle of its part. 0.5 for what is out of the range's kind.
    double toUnit(const base::Value& value) const;
    bool contains(const base::Value& value) const;
    /// The value itself, or the nearest one of the range: what a point from outside becomes.
    base::Value nearest(const base::Value& value) const;
    /// On the scale itself, where distances are those of the field: log x for Log.
    double scaled(double value) const;
    double unscaled(double scaled) const;
    /// The ends on that scale; those of whole numbers lie half a step further out.
    double scaledMin() const;
    double scaledMax() const;

private:
    double largest() const;
    double half() const;
};

/// SageMaker's Auto, which it does not publish, by a rule of ours: the scale on which the range spans the most, if that
/// is a factor of 100 or more (10 where the field's own slider goes by factors); else Linear.
Scale automaticScale(Type type, double min, double max, bool fieldGoesByFactors);

}
