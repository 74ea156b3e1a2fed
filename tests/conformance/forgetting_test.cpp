// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "tests/support/forgetting.h"

namespace tests {

TEST_CASE("on real pictures every remedy forgets less than none, by more than the spread over seeds")
{
    const auto measured = forgettingOverSeeds(
        {.oldRows = 2000, .oldEpochs = 6, .newEpochs = 5, .model = R"({"kind": "mlp", "hidden": [48]})"}, 3);
    if (!measured)
        FAIL(core::base::describe(measured.error()));
    const ForgettingFigures& none = measured->front();
    REQUIRE(none.remedy == "none");
    CHECK(meanOf(none.before) - meanOf(none.old) > 0.2);
    CHECK(meanOf(none.fresh) > 0.9);
    for (std::size_t i = 1; i < measured->size(); ++i) {
        const ForgettingFigures& one = (*measured)[i];
        INFO(one.remedy << ": old task " << meanOf(one.before) << " → " << meanOf(one.old) << " ± " << spreadOf(one.old)
                        << ", new task " << meanOf(one.fresh) << "; none " << meanOf(none.old) << " ± "
                        << spreadOf(none.old));
        CHECK(meanOf(one.old) - meanOf(none.old) > spreadOf(one.old) + spreadOf(none.old));
        CHECK(meanOf(one.fresh) > 0.7);
    }
}

}
