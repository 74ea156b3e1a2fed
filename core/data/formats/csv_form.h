// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/formats/text_pieces.h"

#include <optional>
#include <string>
#include <vector>

namespace core::data {

inline constexpr std::size_t csvHeadBytes = 1 << 16; ///< of a text, by which its form is found

/// What of `,` `;` tab `|` cuts the first lines best into rows of one width. `cut`: the text goes on after `head`.
char delimiterOf(std::string_view head, bool cut);

/// Whether `first` is a header, by the lines of the head after it.
bool looksLikeHeader(const std::vector<std::string_view>& first, std::string_view head, char delimiter);

/// Lines at the beginning that begin with `#`, as numpy.savetxt and many instruments write them.
struct CsvComments {
    std::size_t bytes = 0;
    std::int64_t lines = 0;
    std::string_view header = {}; ///< what the last one says if it names the columns of the rows below it; else empty
};
CsvComments commentsOf(std::string_view head, std::optional<char> delimiter, bool cut);

/// Whether spaces, one or several, stand between the cells: of nothing else are the first lines rows of one width, most
/// of whose cells are numbers. A space as `delimiter` says so.
bool isSpaced(std::string_view head, std::optional<char> delimiter);
/// The same bytes with a tab for each run of spaces and tabs between cells, and none before or after them. Lines stay
/// lines.
TextPieces::Read tabsForSpaces(TextPieces::Read read);

}
