// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>

namespace core::data {

/// What comes first in a date of numbers whose year does not.
enum class DateOrder { Day, Month };

/// Seconds since 1970-01-01T00:00 UTC of a date as people write it: `2024/5/17`, `17.05.2024`, `5/17/24`,
/// `17 May 2024`, `17-May-2024`, `May 17, 2024`; with or without a time (`9:30`, `09:30:05.25`, `9:30 PM`). Two digits
/// of a year are 1969 to 2068 (POSIX).
std::optional<double> writtenDateOf(std::string_view cell, DateOrder order);

/// A number with thousands set apart (`1,234.5`; with `decimalComma` `1.234,5`), a currency sign or a per cent sign:
/// what is written, so 5 of `5 %`.
std::optional<double> amountOf(std::string_view cell, bool decimalComma);

}
