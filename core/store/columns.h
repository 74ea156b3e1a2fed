// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace core::store {

/// Scalars that were taken together at several steps, by columns.
struct ScalarBlock {
    std::vector<std::string> names;
    std::vector<std::int64_t> steps;
    std::vector<double> times;                ///< seconds since the epoch; pack() rounds them with roundTime()
    std::vector<std::vector<double>> columns; ///< one for each name, as long as `steps`

    bool operator==(const ScalarBlock&) const = default;
};

/// Statistics of some tensors that were taken together at several steps.
struct TensorBlock {
    std::vector<std::string> tensors, statistics;
    std::vector<std::int64_t> steps;
    std::vector<double> values; ///< statistic by statistic, in each step by step, in that tensor by tensor

    double& at(std::size_t statistic, std::size_t row, std::size_t tensor)
    {
        return values[(statistic * steps.size() + row) * tensors.size() + tensor];
    }
    double at(std::size_t statistic, std::size_t row, std::size_t tensor) const
    {
        return values[(statistic * steps.size() + row) * tensors.size() + tensor];
    }
    bool operator==(const TensorBlock&) const = default;
};

/// How a statistic is stored. Most are float32: they tell of float32 tensors, whose own noise is in the seventh digit,
/// and take half the room of float64, which only those keep that grow or shrink with the number of elements.
enum class Kept { Count, Single, Double };
Kept keptAs(std::string_view statistic);
/// A value as it comes back from the store; of a count that was not taken, -1.
double asKept(Kept kept, double value);
inline double asKept(std::string_view statistic, double value)
{
    return asKept(keptAs(statistic), value);
}

/// The time as the store keeps it: a multiple of 2^-10 s, which costs less space and is finer than a wall clock is
/// true.
double roundTime(double seconds);

/// The block as bytes. Values that came from float32 take 4 bytes, constant columns and evenly spaced steps next to
/// none.
std::string pack(const ScalarBlock& block);
/// The block of bytes that may come from anywhere.
base::Result<ScalarBlock> unpackScalars(std::string_view bytes);
std::string pack(const TensorBlock& block);
base::Result<TensorBlock> unpackTensors(std::string_view bytes);

}
