// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/turns.h"

#include <catch2/catch.hpp>

#include <algorithm>

namespace tests::turns {

namespace {

using core::jobs::mostPriority;
using core::jobs::prioritiesFor;
using core::jobs::Turn;
using Priorities = std::vector<std::int64_t>;

// The job at place `from` of a queue goes to place `to`: the order that is wanted, and the priorities for it.
struct Moved {
    std::vector<Turn> wanted;
    Priorities priorities;
    std::size_t changed = 0;

    Moved(std::vector<Turn> queue, std::size_t from, std::size_t to) : wanted(std::move(queue))
    {
        const auto begin = wanted.begin();
        if (from < to)
            std::rotate(begin + std::ptrdiff_t(from), begin + std::ptrdiff_t(from) + 1, begin + std::ptrdiff_t(to) + 1);
        else
            std::rotate(begin + std::ptrdiff_t(to), begin + std::ptrdiff_t(from), begin + std::ptrdiff_t(from) + 1);
        priorities = prioritiesFor(wanted, to);
        for (std::size_t i = 0; i < wanted.size(); ++i)
            changed += priorities[i] != wanted[i].priority;
    }
    bool holds() const
    {
        std::vector<Turn> all = wanted;
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i].priority = priorities[i];
        for (std::size_t i = 1; i < all.size(); ++i)
            if (!all[i - 1].before(all[i]))
                return false;
        return std::ranges::all_of(priorities, [](std::int64_t p) { return std::abs(p) <= mostPriority; });
    }
};

}

TEST_CASE("a job that is moved has its turn where it was put, wherever that is")
{
    const std::vector<std::vector<Turn>> queues{
        {{0, 1}, {0, 2}, {0, 3}, {0, 4}, {0, 5}}, {{5, 9}, {3, 2}, {3, 4}, {0, 1}, {-2, 3}},
        {{1000, 1}, {1000, 2}, {1000, 3}},        {{-1000, 1}, {-1000, 2}, {-1000, 3}, {-1000, 4}},
        {{1000, 1}, {0, 2}, {-1000, 3}},
    };
    for (const std::vector<Turn>& queue : queues)
        for (std::size_t from = 0; from < queue.size(); ++from)
            for (std::size_t to = 0; to < queue.size(); ++to) {
                INFO(queue.size() << " jobs, " << from << " to " << to);
                CHECK(Moved(queue, from, to).holds());
            }
}

TEST_CASE("where there is room only the job that was moved changes")
{
    CHECK(Moved({{5, 1}, {3, 2}, {0, 3}}, 2, 1).changed == 1);
    CHECK(Moved({{5, 1}, {3, 2}, {0, 3}}, 0, 2).changed == 1);
    CHECK(Moved({{0, 1}, {0, 2}, {0, 3}}, 2, 0).priorities == Priorities{1, 0, 0});
    CHECK(Moved({{0, 1}, {0, 2}, {0, 3}}, 0, 2).priorities == Priorities{0, 0, -1});
    // One place up among equals: the one that it passes makes room.
    CHECK(Moved({{0, 1}, {0, 2}, {0, 3}}, 2, 1).priorities == Priorities{0, 0, -1});
}

TEST_CASE("a job that stays changes nothing")
{
    CHECK(Moved({{7, 1}, {7, 2}, {-3, 0}}, 1, 1).changed == 0);
}

TEST_CASE("a queue without room at its ends is numbered anew")
{
    std::vector<Turn> full;
    for (std::int64_t i = 0; i < 2001; ++i)
        full.push_back({mostPriority - i, double(2001 - i)});
    CHECK(Moved(full, 2000, 0).holds());
    CHECK(Moved(full, 0, 2000).holds());
}

}
