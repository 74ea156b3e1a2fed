// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/tuning.h"

namespace tests {

/// What tests/golden/write_tuning_goldens.py wrote.
inline const core::base::Value& tuningGolden()
{
    static const core::base::Value golden = [] {
        auto read = core::base::readJson(std::string(DESCENT_SOURCE_DIR) + "/tests/golden/tuning.json");
        return read ? std::move(*read) : core::base::Value();
    }();
    REQUIRE(golden.isObject());
    return golden;
}

inline std::vector<double> numbersOf(const core::base::Value& list)
{
    std::vector<double> numbers;
    for (const core::base::Value& each : list.array())
        numbers.push_back(each.isNull() ? std::nan("") : each.toReal());
    return numbers;
}

inline std::vector<std::vector<double>> rowsOf(const core::base::Value& list)
{
    std::vector<std::vector<double>> rows;
    for (const core::base::Value& each : list.array())
        rows.push_back(numbersOf(each));
    return rows;
}

}
