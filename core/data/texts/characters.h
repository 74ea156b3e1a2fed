// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace core::data {

/// A letter, digit or underscore of any script; the same whatever the locale.
bool isWordCharacter(char32_t c);
bool isSpace(char32_t c);
char32_t lowered(char32_t c);
/// The character at `at`, which moves behind it; 0 for a byte that begins none.
char32_t nextCharacter(std::string_view text, std::size_t& at);
/// In UTF-8.
void append(std::string& text, char32_t c);

}
