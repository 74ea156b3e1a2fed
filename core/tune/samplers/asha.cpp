// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/early_strategy.h"

namespace core::tune::samplers::asha {

namespace {

/// Random points under asynchronous successive halving: one bracket, no worker ever waits (Li et al. 2020).
class Asha final : public EarlyStrategy {
public:
    explicit Asha(HalvingSpec spec) : EarlyStrategy("Random", "SuccessiveHalving", halvingFields().write(spec)) {}
};

}

void enroll(Samplers& all)
{
    all.add<Asha>("ASHA", "Asynchronous successive halving",
                  "Random trials; at every rung the best part of those that came so far goes on, the others stop.",
                  halvingFields());
}

}
