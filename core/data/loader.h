// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/batch_range.h"
#include "core/data/dataset.h"

namespace core::data {

struct LoaderOptions {
    std::int64_t batchSize = 32; ///< at least 1; more than the rows means all of them
    bool shuffle = true;
    bool dropLast = false;
    std::uint64_t seed = 0;
    std::vector<base::Pick> augment = {};
    bool weighted = false; ///< rows are drawn with replacement, each class as often as any other
    /// Threads that make the next batches while this one trains; 0: get() makes them. A stream has one at most.
    std::int64_t workers = 0;
    std::int64_t prefetchFactor = 2; ///< batches that each of them is ahead
    /// Of a batch of all ranks this one takes every `ranks`-th item from place `rank` on. `even`: the last batch of an
    /// epoch is filled up from its beginning until all have as many; else a rank may have none there, and is given an
    /// item of another.
    std::int64_t rank = 0, ranks = 1;
    bool even = false;
};

/// Batches of one part of the data. A row of epoch e is a function of (seed, e, row): nothing to save but the position,
/// and the size of a batch may change at any time.
class DataLoader {
public:
    static base::Result<std::unique_ptr<DataLoader>> make(const DataModule& data, SplitName split,
                                                          LoaderOptions options);
    ~DataLoader();

    std::int64_t rows() const;
    std::int64_t batchesPerEpoch() const;
    /// Asking in order is fast; any order gives the same batches.
    Batch get(const BatchRange& range);
    Batch get(std::int64_t epoch, std::int64_t batch);
    /// The data set's rows of that batch, in its order.
    std::vector<std::int64_t> rowsOf(std::int64_t epoch, std::int64_t batch);
    /// Seconds that get() has waited for data so far.
    double waitedSeconds() const;

private:
    class Work;
    explicit DataLoader(std::unique_ptr<Work> work);
    std::unique_ptr<Work> m_work;
};

/// The order of an epoch: a pure function of (rows, seed, epoch).
std::vector<std::int64_t> epochOrder(std::int64_t rows, std::uint64_t seed, std::int64_t epoch, bool shuffle);

}
