// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"

#include <optional>

namespace core::base {

/// Levels of lists and objects that a text may have.
inline constexpr std::size_t deepestJson = 64;

/// Reads JSON of ASCII letters without escapes and comments, as parseJson() does and several times as fast: all that a
/// run records is such. Nothing where a text is anything else, wrong ones included; parseJson() then says what it is.
std::optional<Value> parsePlainJson(std::string_view text);

}
