// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/data/split.h"

namespace core::data::splits::random {

namespace {

struct Spec {};

class Random final : public Split {
public:
    explicit Random(Spec) {}

    base::Result<SplitRows> divide(const SplitRequest& request) const override
    {
        CORE_TRY(sizes, partSizes(request.rows, request.spec.train, request.spec.validation, request.test));
        return dealOut(base::permutation(request.rows, base::Draw(std::uint64_t(request.spec.seed), "split/random")),
                       sizes);
    }
};

}

void enroll(Splits& all)
{
    all.add<Random>("random", "Random",
                    "Every row is as likely to end in one part as any other. Right when rows do not depend on each "
                    "other and classes "
                    "are not rare.",
                    base::Fields<Spec>{});
}

}
