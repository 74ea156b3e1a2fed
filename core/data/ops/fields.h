// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/fields.h"

namespace core::data {

// Fields that many transforms have.

inline base::Domain range(double min = -1e6, double max = 1e6, std::size_t most = 2)
{
    return std::make_shared<const base::List>(base::List{base::Real{min, max}, 0, most});
}

/// `p`, a chance that a thing is changed.
template <class Spec>
base::Fields<Spec> chance(std::string whatHappens)
{
    return base::Fields<Spec>{}.add("p", &Spec::p, base::Real{0, 1},
                                    {"Chance that it " + std::move(whatHappens) + ".",
                                     {},
                                     "Most stay as they are.",
                                     "All are changed: what they look like by nature is never seen."},
                                    {.tunable = true, .live = true});
}

template <class Spec>
base::Fields<Spec>& addInterpolation(base::Fields<Spec>& fields)
{
    return fields.add("interpolation", &Spec::interpolation, base::Choice{{"nearest", "bilinear"}},
                      {"How pixels between pixels are found: the nearest one, or a mixture of the four around. Masks "
                       "always take the nearest."});
}

template <class Spec>
base::Fields<Spec>& addFill(base::Fields<Spec>& fields)
{
    return fields.add("fill", &Spec::fill, base::Real{0, 1},
                      {"Brightness of what comes into sight outside the image: 0 black, 1 white."});
}

}
