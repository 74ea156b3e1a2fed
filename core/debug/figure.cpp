// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/figure.h"

#include <cstdio>

namespace core::debug {

std::string figure(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

}
