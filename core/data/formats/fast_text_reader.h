// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace core::data {

/// A line of a file for fastText or BlazingText.
struct LabelledText {
    std::vector<std::string> labels; ///< without their prefix
    std::string text;
    std::int64_t line = 0; ///< from 1
};

/// Reads one text a line with `prefix` before each of its labels, wherever in the line they stand. Empty lines are left
/// out; Latin-1 where the text is no UTF-8. An error of kind Data names the line, of which the first is `firstLine`: a
/// label without a name, a zero byte, no text at all.
base::Result<std::vector<LabelledText>> readFastText(std::string text, const std::string& where,
                                                     const std::string& prefix = "__label__",
                                                     std::int64_t maxRows = std::numeric_limits<std::int64_t>::max(),
                                                     std::int64_t firstLine = 1);

bool looksLikeFastText(std::string_view head);

}
