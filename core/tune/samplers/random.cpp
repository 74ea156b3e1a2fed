// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/sampler.h"

namespace core::tune::samplers::random {

namespace {

struct Spec {};

/// Every point by chance, evenly on each parameter's scale (Bergstra & Bengio 2012).
class Random final : public Sampler {
public:
    explicit Random(Spec) {}

    std::optional<Proposal> propose(const History& history, std::int64_t number, std::uint64_t attempt) override
    {
        return Proposal{randomPoint(history.space, drawsOf(history, "Random", number, attempt))};
    }
};

}

void enroll(Samplers& all)
{
    all.add<Random>("Random", "Random search",
                    "Every trial's values by chance. Nothing is learned from trials, so all may run at once.",
                    base::Fields<Spec>{});
}

}
