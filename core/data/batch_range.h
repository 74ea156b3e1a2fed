// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace core::data {

/// Rows `first` … `first + count − 1` of an epoch's order.
struct BatchRange {
    std::int64_t epoch = 0, first = 0, count = 0;

    bool operator==(const BatchRange&) const = default;
};

}
