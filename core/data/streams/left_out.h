// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/info.h"

#include <atomic>
#include <mutex>
#include <span>
#include <unordered_set>

namespace core::data {

/// Rows of a stream that turned out to be of no use when they were read: a damaged picture, a target that is missing.
/// Their batches go on without them. For several threads at once.
class LeftOut {
public:
    void add(std::int64_t row, const std::string& why);
    bool any() const { return m_any.load(std::memory_order_acquire); }
    /// The others of these rows.
    std::vector<std::int64_t> others(std::span<const std::int64_t> rows) const;
    /// `left_out_rows` with the first examples, if there are any.
    std::vector<Problem> problems() const;

private:
    mutable std::mutex m_mutex;
    std::atomic<bool> m_any{false};
    std::unordered_set<std::int64_t> m_rows;
    std::vector<std::int64_t> m_first;
    std::string m_example;
};

}
