// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/source.h"
#include "core/data/split.h"

namespace core::data {

/// A series that is to be cut into rows; the first channel is what is foretold.
struct LongSeries {
    std::int64_t channels = 1, steps = 0;
    std::vector<float> values;       ///< [channels, steps]
    std::vector<double> times;       ///< per step; empty: none are known
    std::vector<std::int64_t> lines; ///< per step, of a text file; or empty
    std::vector<std::int64_t> rows;  ///< per step, its place in the table that it stands in; or empty
};

/// Rows for forecasting: row r sees the steps first[r] … first[r] + context − 1 of a series and foretells those after
/// them.
struct WindowRows {
    at::Tensor inputs;         ///< [rows, channels, context]
    at::Tensor targets;        ///< [rows, horizon]
    std::vector<double> times; ///< of the first step that is foretold; without times, steps from the end of the series
    std::vector<std::int64_t> lines;
    std::vector<std::int64_t> series, first;
    std::vector<std::int64_t> foretold; ///< [rows · horizon], places in the table of steps; empty where there is none
};

/// The column that tells series apart: `asked`, else what the table says, else the first column of texts that makes
/// repeated times unique; empty if there is none.
base::Result<std::string> seriesColumn(const Table& table, const std::string& asked, const std::vector<double>& times);

/// The rows of a table as series in the order of their times. `steps` [rows, channels]. A row without a time is left
/// out; one that was dropped by hand ends a series, and the next begins.
std::vector<LongSeries> seriesOf(const Loaded& loaded, const at::Tensor& steps);

/// Samples of channels × steps, one a series.
base::Result<std::vector<LongSeries>> seriesOf(const SampleStore& samples);

/// Rows are in the order of the times of several series, else series by series. Without `future`, a row ends wherever
/// context does, and nothing is known of what comes.
base::Result<WindowRows> cut(const std::vector<LongSeries>& series, const spec::WindowSpec& spec, bool future);

/// Leaves out of the training rows those that see or foretell a step which validation or test foretells, and of the
/// validation rows those that do so with test. What validation sees may lie in training: the past is known when the
/// future is foretold.
base::Status keepFutureOut(std::array<std::vector<std::int64_t>, 3>& parts, const WindowRows& windows,
                           const spec::WindowSpec& spec);

}
