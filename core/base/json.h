// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"

#include <filesystem>

namespace core::base {

/// Reads JSON text. Refuses duplicate keys, more than 64 levels, more than 64 MB and numbers that are not finite.
/// `where` names the text in errors; they carry the line and column.
Result<Value> parseJson(std::string_view text, std::string_view where = "JSON");
Result<Value> readJson(const std::filesystem::path& file);

/// Writes JSON: `indent` spaces a level, or one line if it is negative. Reals that are not finite become null.
std::string writeJson(const Value& value, int indent = -1);

}
