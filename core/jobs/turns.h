// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace core::jobs {

inline constexpr std::int64_t mostPriority = 1000; ///< and the least is as far below 0

/// What decides when a job that waits has its turn: the highest priority comes first, then the oldest.
struct Turn {
    std::int64_t priority = 0;
    double submitted = 0; ///< seconds since the epoch

    bool before(const Turn& other) const
    {
        return priority != other.priority ? priority > other.priority : submitted <= other.submitted;
    }
};

/// Priorities with which jobs have their turns in the order of `wanted`, in which only the one at `moved` stands
/// elsewhere than its turn now is. As few as can be differ from those that they have. Of more than 2001 jobs the last
/// share the least priority.
std::vector<std::int64_t> prioritiesFor(const std::vector<Turn>& wanted, std::size_t moved);

}
