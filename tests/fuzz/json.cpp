// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "tests/fuzz/fuzz.h"

using namespace core::base;

FUZZ(bytes)
{
    const auto value = parseJson(bytes, "f");
    if (value && writeJson(*value).size() < 1 << 20)
        fuzz::promise(bool(parseJson(writeJson(*value), "again")));
}
