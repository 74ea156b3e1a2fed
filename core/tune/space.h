// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/tune/distribution.h"

#include <span>

namespace core::tune {

/// A parameter exists only where another one has one of these values.
struct Condition {
    std::string path;
    base::Array anyOf;

    bool operator==(const Condition&) const = default;
};

struct Parameter {
    std::string path; ///< `train.optimizer.lr`
    Distribution range;
    std::optional<Condition> when = {};

    bool operator==(const Parameter&) const = default;
};

/// Everything that a study may choose from: a point is an object from paths to values that holds the active parameters
/// alone, in their order.
class Space {
public:
    Space() = default;
    /// An error for two parameters of one path, and for conditions on what is not there or on each other.
    static base::Result<Space> make(std::vector<Parameter> parameters);

    const std::vector<Parameter>& parameters() const { return m_parameters; }
    std::size_t size() const { return m_parameters.size(); }
    /// Places of the parameters, those that others depend on before them.
    const std::vector<std::size_t>& order() const { return m_order; }
    bool operator==(const Space& other) const { return m_parameters == other.m_parameters; }

    /// The point at a place of the unit cube, one coordinate a parameter.
    base::Object pointAt(std::span<const double> unit) const;
    /// The place of a point; NaN for what is not active or not there.
    std::vector<double> unitOf(const base::Object& point) const;
    /// The same with 0.5 in place of NaN, as surrogates take it.
    std::vector<double> filledUnitOf(const base::Object& point) const;
    bool isActive(std::size_t parameter, const base::Object& point) const;
    /// Whether every active parameter is there, in its range, and nothing else is.
    base::Status check(const base::Object& point, const std::string& where) const;
    /// Whether all of its values are in range: not so for a point from before the ranges were changed.
    bool holds(const base::Object& point) const;
    /// The nearest point of this space: values that are missing are taken from the middle.
    base::Object nearest(const base::Object& point) const;

    /// The same point as its ranges write it: 11.0 of whole numbers is 11. What is out of range stays as it is.
    base::Object asWritten(const base::Object& point) const;

    bool conditional() const;
    /// How many points there are; nothing on a continuum or above 10^9.
    std::optional<std::int64_t> count() const;

private:
    std::vector<Parameter> m_parameters;
    std::vector<std::size_t> m_order; ///< parents first
};

}
