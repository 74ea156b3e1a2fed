// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace core::data {

/// Without spaces and tabs at its ends.
std::string_view trimmed(std::string_view cell);

/// Empty, or one of the words that stand for nothing: NA, N/A, NaN, null, None, ?, … (the set of pandas, and `?`).
bool isMissingCell(std::string_view cell);

/// A decimal number in C's notation, independent of the locale; `inf` is one, `nan` is none. With `decimalComma` one
/// comma may stand for the point. What is too large for a double becomes infinite, what is too small 0.
std::optional<double> numberOf(std::string_view cell, bool decimalComma = false);

/// Seconds since 1970-01-01T00:00 UTC of an ISO 8601 date (`2024-05`, `2024-05-17`), with or without a time after `T`
/// or a space (`09:30`, `09:30:05.25`) and an offset (`Z`, `+02:00`); no offset means UTC.
std::optional<double> timeOf(std::string_view cell);

/// A number as a person would write it: the shortest digits that read back the same.
std::string textOf(double number);

bool isUtf8(std::string_view text);
/// How much of the text is UTF-8, in bytes; a character that is cut off at its end is not.
std::size_t utf8Prefix(std::string_view text);
/// Text in Latin-1, which every byte sequence is, as UTF-8.
std::string utf8FromLatin1(std::string_view text);

}
