// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/info.h"

#include <string_view>

namespace core::data {

std::string_view name(SplitName split)
{
    switch (split) {
    case SplitName::Train:
        return "train";
    case SplitName::Validation:
        return "validation";
    case SplitName::Test:
        break;
    }
    return "test";
}

}
