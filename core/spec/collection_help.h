// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace core::spec {

/// What a collection of capture holds and what it is good for, as a tooltip teaches it; empty for a name that is none.
std::string_view collectionHelp(std::string_view collection);

}
