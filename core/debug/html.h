// SPDX-License-Identifier: GPL-3.0-or-later
// What the pages that this program writes have in common: one file each, without scripts or anything from elsewhere.
#pragma once

#include <string>
#include <string_view>

namespace core::debug::html {

/// Safe between tags and in attributes; control characters, which have no place there, become spaces.
std::string escaped(std::string_view text);
/// A coordinate of a picture: one decimal.
std::string exact(double value);
/// A whole page in the house's colours, light, dark and on paper. `style`: more rules; `body`: safe already.
std::string page(const std::string& title, const std::string& style, const std::string& body);
/// A cell of a table; `text`: safe already.
std::string cell(const std::string& text, bool number = false);
/// A rectangle of a picture with a tooltip; `title` is made safe.
std::string rectangle(double x, double y, double wide, double high, const std::string& fill, const std::string& title);

}
