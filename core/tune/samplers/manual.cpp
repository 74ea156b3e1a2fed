// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/sampler.h"

namespace core::tune::samplers::manual {

namespace {

struct Spec {};

/// The person picks every point: what is enqueued is tried, and nothing else.
class Manual final : public Sampler {
public:
    explicit Manual(Spec) {}
    std::optional<Proposal> propose(const History&, std::int64_t, std::uint64_t) override { return {}; }
    bool waitsForPeople() const override { return true; }
};

}

void enroll(Samplers& all)
{
    all.add<Manual>("Manual", "By hand", "You pick the next point, on a plot or in a form.", base::Fields<Spec>{});
}

}
