// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/early_strategy.h"

namespace core::tune::samplers::bohb {

namespace {

/// Hyperband whose points come from Parzen estimators of what was seen (Falkner, Klein & Hutter 2018).
class Bohb final : public EarlyStrategy {
public:
    explicit Bohb(BracketSpec spec) : EarlyStrategy("TPE", "Hyperband", bracketFields().write(spec)) {}
};

}

void enroll(Samplers& all)
{
    all.add<Bohb>("BOHB", "BOHB", "Hyperband that learns where good trials lie instead of drawing at random.",
                  bracketFields());
}

}
