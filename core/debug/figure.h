// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace core::debug {

/// A number as a sentence has it: 4 significant digits.
std::string figure(double value);

}
