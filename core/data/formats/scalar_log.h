// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace core::data {

/// Numbers that some program logged by their names and steps, in the order in which they came.
struct ScalarLog {
    struct Series {
        std::vector<std::int64_t> steps;
        std::vector<double> values, times; ///< seconds since the epoch; 0: unknown
    };
    std::map<std::string, Series> series;

    void add(const std::string& name, std::int64_t step, double value, double time);
    bool empty() const { return series.empty(); }
};

/// A table with a column of steps (`step`, `Step`, `global_step`, `iteration`, `iter`, else `epoch`), perhaps one of
/// times (`time`, `wall_time`, `Wall time`), and a column for each scalar; an empty cell was not logged, `nan` and
/// `inf` were. TensorBoard's `Wall time,Step,Value` is one scalar, called `name`. An error names the line.
base::Result<ScalarLog> readScalarCsv(std::string_view text, const std::string& where, const std::string& name);

/// The scalars of a TensorBoard event file: records with masked CRC-32C sums, each of an Event. Also tensors of one
/// number, as TensorFlow 2 writes scalars. What is torn at the end does not count; sums that are wrong are an error
/// with the offset.
base::Result<ScalarLog> readTfEvents(std::string_view bytes, const std::string& where);
bool looksLikeTfEvents(std::string_view head);

}
