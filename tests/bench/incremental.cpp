// SPDX-License-Identifier: GPL-3.0-or-later
// What is forgotten of eight kinds of clothes while two more are learned, without a remedy and with each.
#include "tests/bench/bench.h"
#include "tests/support/forgetting.h"

namespace bench {

using core::base::Object;
using core::base::Result;

Result<Object> incremental()
{
    constexpr int seeds = 5;
    CORE_TRY(all, tests::forgettingOverSeeds({}, seeds));
    Object told{{"seeds", seeds}, {"before", tests::meanOf(all.front().before)}};
    const double none = tests::meanOf(all.front().old), spread = tests::spreadOf(all.front().old);
    for (const tests::ForgettingFigures& one : all) {
        const double old = tests::meanOf(one.old);
        told.set(
            one.remedy,
            Object{{"old_accuracy", old},
                   {"old_spread", tests::spreadOf(one.old)},
                   {"new_accuracy", tests::meanOf(one.fresh)},
                   {"new_spread", tests::spreadOf(one.fresh)},
                   {"forgotten", tests::meanOf(one.before) - old},
                   {"better_than_none_by_spreads",
                    one.remedy == "none" ? 0 : (old - none) / std::max({spread, tests::spreadOf(one.old), 1e-9})}});
    }
    told.set("means", "accuracy on validation rows of the eight old classes and of the two new ones, mean and standard "
                      "deviation over seeds");
    return told;
}

}
