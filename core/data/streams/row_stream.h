// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/source.h"

#include <algorithm>
#include <span>

namespace core::data {

/// Rows that stay where they are and are read block by block, in any order: what `data.mode: pipe` trains on. Every
/// block but the last of a file has blockRows() rows. May be asked by several threads.
class RowStream {
public:
    virtual ~RowStream() = default;
    /// One more than the largest number of a row, without the source's own test rows.
    virtual std::int64_t rows() const = 0;
    /// How many rows there are: less where several files leave numbers free between them.
    virtual std::int64_t count() const { return rows(); }
    virtual std::int64_t blockRows() const = 0;
    /// What all rows take on disk; 0 if they are in memory.
    virtual std::int64_t bytes() const = 0;
    /// Per block what a predefined split says: 0 train, 1 validation, 2 test; empty: there is none.
    virtual std::span<const std::int32_t> parts() const { return {}; }
    /// Rows of the source's own test file, numbered after the others.
    virtual std::int64_t testRows() const { return 0; }
    /// The rows of some blocks, one after another, as the source would load them alone: classes, for one, are those
    /// that occur there. An error of kind Data names the file and the line.
    virtual base::Result<Loaded> read(std::span<const std::int64_t> blocks, const SourceRequest& request) const = 0;

    std::int64_t blocks() const { return (rows() + testRows() + blockRows() - 1) / blockRows(); }
    virtual std::int64_t rowsOf(std::int64_t block) const
    {
        return std::min(blockRows(), rows() + testRows() - block * blockRows());
    }
};

/// Rows that are in memory already, for sources that cannot be read in parts: generators, packed files, HDF5.
base::Result<std::shared_ptr<const RowStream>> heldStream(Loaded loaded);

/// Some of the rows, in the order given. Numbers from `loaded.rows()` on are its own test rows.
Loaded rowsOf(const Loaded& loaded, std::span<const std::int64_t> rows);

}
