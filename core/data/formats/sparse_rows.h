// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace core::data {

/// Rows of which only what is not zero is kept, as LIBSVM files and sparse records have them.
struct SparseRows {
    struct Cell {
        std::int64_t column = 0; ///< from 0
        float value = 0;
    };
    std::vector<Cell> cells;
    std::vector<std::size_t> ends; ///< per row: where its cells end
    std::vector<double> labels;    ///< per row; NaN: none
    std::vector<double> groups;    ///< per row, of `qid`; empty where no row has one
    std::vector<std::int64_t> lines;
    std::int64_t columns = 0;

    std::int64_t rows() const { return std::int64_t(ends.size()); }
    /// Row-major with zeros; `out` holds rows() × columns numbers, all 0.
    void copyTo(float* out) const
    {
        for (std::size_t row = 0, cell = 0; row < ends.size(); ++row)
            for (; cell < ends[row]; ++cell)
                out[std::int64_t(row) * columns + cells[cell].column] = cells[cell].value;
    }
};

/// More cells than this, zeros counted, are not made: 4 GB.
inline constexpr std::int64_t mostDenseCells = std::int64_t(1) << 30;

}
