// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "core/base/plain_json.h"
#include "tests/fuzz/fuzz.h"

using namespace core::base;

FUZZ(bytes)
{
    const auto value = parseJson(bytes, "f");
    if (value && writeJson(*value).size() < 1 << 20)
        fuzz::promise(bool(parseJson(writeJson(*value), "again")));
    // A comment is nothing for the quick reader: the other one reads the same text then.
    if (const auto plain = parsePlainJson(bytes)) {
        const auto slow = parseJson(std::string(bytes) + "/**/", "f");
        fuzz::promise(slow && writeJson(*slow) == writeJson(*plain));
    }
}
