// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/feasible.h"

#include "core/tune/journal.h"

#include <cmath>
#include <limits>

namespace core::tune {

const base::Object* constraintsOf(const Trial& trial)
{
    const base::Value* constraints = trial.notes.find(constraintsNote);
    return constraints && constraints->isObject() ? &constraints->object() : nullptr;
}

std::string whyInfeasible(const Trial& trial)
{
    const base::Object* constraints = constraintsOf(trial);
    if (!constraints)
        return {};
    std::string worst;
    double most = 0;
    for (const auto& [name, value] : *constraints) {
        const double number = numberOf(value);
        const double excess = std::isnan(number) ? std::numeric_limits<double>::infinity() : number;
        if (excess > most) {
            most = excess;
            worst =
                "constraint " + name + " is " + (std::isnan(number) ? "no number" : plainNumber(number) + ", above 0");
        }
    }
    return worst;
}

bool isFeasible(const Trial& trial)
{
    return whyInfeasible(trial).empty();
}

}
