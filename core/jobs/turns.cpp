// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/turns.h"

#include <algorithm>

namespace core::jobs {

namespace turns {

// The least priority with which `turn` comes before `other`.
std::int64_t over(const Turn& turn, const Turn& other)
{
    return other.priority + (turn.submitted <= other.submitted ? 0 : 1);
}

std::int64_t under(const Turn& turn, const Turn& other)
{
    return other.priority - (other.submitted <= turn.submitted ? 0 : 1);
}

// The one that was moved comes right before the next, and those above it make room.
void raise(std::vector<Turn>& all, std::size_t moved)
{
    if (moved + 1 < all.size())
        all[moved].priority = over(all[moved], all[moved + 1]);
    for (std::size_t i = moved; i-- > 0 && !all[i].before(all[i + 1]);)
        all[i].priority = over(all[i], all[i + 1]);
}

void lower(std::vector<Turn>& all, std::size_t moved)
{
    if (moved > 0)
        all[moved].priority = under(all[moved], all[moved - 1]);
    for (std::size_t i = moved + 1; i < all.size() && !all[i - 1].before(all[i]); ++i)
        all[i].priority = under(all[i], all[i - 1]);
}

bool inOrder(const std::vector<Turn>& all)
{
    return std::ranges::adjacent_find(all, [](const Turn& a, const Turn& b) { return !a.before(b); }) == all.end();
}

bool inBounds(const std::vector<Turn>& all)
{
    return std::ranges::all_of(
        all, [](const Turn& turn) { return turn.priority >= -mostPriority && turn.priority <= mostPriority; });
}

std::vector<std::int64_t> prioritiesIn(const std::vector<Turn>& all)
{
    std::vector<std::int64_t> priorities;
    for (const Turn& turn : all)
        priorities.push_back(turn.priority);
    return priorities;
}

}

std::vector<std::int64_t> prioritiesFor(const std::vector<Turn>& wanted, std::size_t moved)
{
    using namespace turns;
    if (inOrder(wanted))
        return prioritiesIn(wanted);
    std::vector<Turn> best;
    std::ptrdiff_t fewest = 0;
    for (const auto change : {raise, lower}) {
        std::vector<Turn> changed = wanted;
        change(changed, moved);
        std::ptrdiff_t count = 0;
        for (std::size_t i = 0; i < wanted.size(); ++i)
            count += changed[i].priority != wanted[i].priority;
        if (inOrder(changed) && inBounds(changed) && (best.empty() || count < fewest)) {
            best = std::move(changed);
            fewest = count;
        }
    }
    if (!best.empty())
        return prioritiesIn(best);
    // No room at the ends: all are numbered anew.
    std::vector<std::int64_t> priorities(wanted.size());
    std::int64_t next = std::min<std::int64_t>(mostPriority, std::int64_t(wanted.size()) / 2);
    for (std::int64_t& priority : priorities)
        priority = std::max(next--, -mostPriority);
    return priorities;
}

}
