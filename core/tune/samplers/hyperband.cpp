// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/early_strategy.h"

namespace core::tune::samplers::hyperband {

namespace {

/// Random points whose resources brackets of successive halving share out (Li et al. 2018).
class Hyperband final : public EarlyStrategy {
public:
    explicit Hyperband(BracketSpec spec) : EarlyStrategy("Random", "Hyperband", bracketFields().write(spec)) {}
};

}

void enroll(Samplers& all)
{
    all.add<Hyperband>("Hyperband", "Hyperband",
                       "Many random trials get little, and the best of them more and more: brackets of successive "
                       "halving. For expensive trials whose early results tell much.",
                       bracketFields());
}

}
