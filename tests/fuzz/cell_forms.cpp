// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/cell_forms.h"
#include "tests/fuzz/fuzz.h"

#include <cmath>

using namespace core::data;

FUZZ(bytes)
{
    for (const DateOrder order : {DateOrder::Day, DateOrder::Month})
        if (const auto date = writtenDateOf(bytes, order))
            fuzz::promise(std::abs(*date) < 1e12);
    for (const bool comma : {false, true})
        if (const auto amount = amountOf(bytes, comma))
            fuzz::promise(!std::isnan(*amount));
}
