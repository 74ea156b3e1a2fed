// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/data/split.h"

#include <algorithm>
#include <cstdlib>

namespace core::data::splits::group {

namespace {

struct Spec {};

class Group final : public Split {
public:
    explicit Group(Spec) {}

    base::Result<SplitRows> divide(const SplitRequest& request) const override
    {
        if (std::int64_t(request.groups.size()) != request.rows)
            return base::Error{base::ErrorKind::Spec, "no column says which rows belong together", "/split/group",
                               "Name it: a patient, a device, a household"};
        CORE_TRY(sizes, partSizes(request.rows, request.spec.train, request.spec.validation, request.test));
        const std::int64_t groups = 1 + *std::max_element(request.groups.begin(), request.groups.end());
        const auto wanted = 3 - std::count(sizes.begin(), sizes.end(), 0);
        if (groups < wanted)
            return base::Error{base::ErrorKind::Data,
                               std::to_string(groups) + (groups == 1 ? " group" : " groups") + " cannot fill " +
                                   std::to_string(wanted) + " parts",
                               "/split/group", "Set a part to 0, or name a column with more different values"};
        std::vector<std::int64_t> count(static_cast<std::size_t>(groups)), part(static_cast<std::size_t>(groups));
        for (const std::int64_t group : request.groups)
            ++count[std::size_t(group)];
        const base::Draw draw(std::uint64_t(request.spec.seed), "split/group");
        std::array<std::int64_t, 3> room = sizes, members{};
        // Largest first, each to the part that lacks most of what it should have; equal ones in a drawn order.
        std::vector<std::int64_t> order = base::permutation(groups, draw);
        std::stable_sort(order.begin(), order.end(),
                         [&](auto a, auto b) { return count[std::size_t(a)] > count[std::size_t(b)]; });
        std::int64_t left = groups;
        for (const std::int64_t group : order) {
            const std::size_t best = bestPart(sizes, room, members, left, draw.uniform(std::uint64_t(group)));
            part[std::size_t(group)] = std::int64_t(best);
            room[best] -= count[std::size_t(group)];
            ++members[best];
            --left;
        }
        SplitRows rows;
        for (std::int64_t row = 0; row < request.rows; ++row) {
            const std::int64_t p = part[std::size_t(request.groups[std::size_t(row)])];
            (p == 0 ? rows.train : p == 1 ? rows.validation : rows.test).push_back(row);
        }
        return rows;
    }

private:
    // A part drawn by the room that it has; one that is still empty gets one of the last groups.
    static std::size_t bestPart(const std::array<std::int64_t, 3>& sizes, const std::array<std::int64_t, 3>& room,
                                const std::array<std::int64_t, 3>& members, std::int64_t left, double drawn)
    {
        std::int64_t empty = 0, open = 0;
        for (std::size_t p = 0; p < 3; ++p) {
            empty += sizes[p] > 0 && members[p] == 0;
            open += std::max<std::int64_t>(room[p], 0);
        }
        for (std::size_t p = 0; empty >= left && p < 3; ++p)
            if (sizes[p] > 0 && members[p] == 0)
                return p;
        double at = drawn * double(open);
        for (std::size_t p = 0; p < 3; ++p) {
            at -= double(std::max<std::int64_t>(room[p], 0));
            if (at < 0)
                return p;
        }
        return 0;
    }
};

}

void enroll(Splits& all)
{
    all.add<Group>("group", "Groups kept whole",
                   "Rows of one group (a patient, a device) go to one part together; else the model is judged by what "
                   "it has half seen. Parts come as near to their shares as whole groups let them.",
                   base::Fields<Spec>{});
}

}
