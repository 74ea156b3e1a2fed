// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/source.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <unordered_map>
#include <unordered_set>

namespace core::data {

/// Rows of some blocks as a network sees them, but for normalization.
struct BlockRows {
    at::Tensor inputs;  ///< [rows, …inputShape], uint8 of images or float32
    at::Tensor targets; ///< [rows] or [rows, …]; undefined where there are none
    std::shared_ptr<const SampleStore> samples;
};

/// The blocks of a stream that are in memory: those that were used last, and those that somebody said he wants soon.
/// For several threads at once.
class BlockStore {
public:
    /// Reads blocks, one after another.
    using Reader = std::function<base::Result<BlockRows>(std::span<const std::int64_t> blocks)>;

    /// Rows of a block that has fewer than others.
    using RowsOf = std::function<std::int64_t(std::int64_t block)>;

    /// At most about `mostRows` rows are kept. Without `rowsOf` every block but the last has `blockRows`.
    BlockStore(Reader reader, std::int64_t blockRows, std::int64_t mostRows, RowsOf rowsOf = {});
    ~BlockStore();

    /// Rows in any order as tensors of their own.
    base::Result<BlockRows> gather(std::span<const std::int64_t> rows);
    base::Result<Sample> sample(std::int64_t row);
    /// Returns when all of these blocks are there.
    base::Status load(std::vector<std::int64_t> blocks);
    /// These blocks will be asked for: a thread reads those that are not there. What was wanted before and is not read
    /// yet is forgotten.
    void want(std::vector<std::int64_t> blocks);

    /// Bytes of rows that are held now, and the most that ever were.
    std::size_t bytes() const;
    std::size_t mostBytes() const;

private:
    struct Chunk {
        BlockRows rows;
        std::vector<std::int64_t> blocks; ///< that were read together
        std::size_t bytes = 0;            ///< of all rows
        std::uint64_t used = 0;           ///< when it was of use last
    };
    struct Held {
        std::shared_ptr<Chunk> chunk;
        std::int64_t first = 0; ///< its first row in the chunk
    };
    using Blocks = std::unordered_map<std::int64_t, Held>;

    Reader m_reader;
    std::int64_t m_blockRows, m_mostRows;
    RowsOf m_rowsOf;
    mutable std::mutex m_mutex;
    std::condition_variable_any m_changed;
    Blocks m_blocks;
    std::vector<std::shared_ptr<Chunk>> m_chunks;
    std::unordered_set<std::int64_t> m_reading; ///< by some thread, just now
    std::deque<std::int64_t> m_wanted;
    std::size_t m_piece = 1; ///< blocks that are read at once of what is wanted
    std::uint64_t m_clock = 0;
    std::size_t m_bytes = 0, m_most = 0;
    std::jthread m_thread;

    /// All of `blocks`, which are sorted and differ, in their order.
    base::Result<std::vector<Held>> hold(std::span<const std::int64_t> blocks);
    void keep(std::span<const std::int64_t> blocks, BlockRows rows);
    void forget(std::size_t room);
    void readAhead(std::stop_token stop);
};

}
