// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/data/tables/table.h"

#include <filesystem>
#include <limits>
#include <optional>

namespace core::data {

/// What is known of a CSV text beforehand; what is not is found from its beginning.
struct CsvOptions {
    std::optional<char> delimiter; ///< one of `,` `;` tab `|`, or a space for any number of them
    std::optional<bool> header;
    std::size_t maxRows = std::numeric_limits<std::size_t>::max();
    std::int64_t firstLine = 0; ///< the line on which the first row after the header begins; 0: where it stands
    TableHints hints = {};
    std::size_t piece = std::size_t(1) << 17; ///< bytes that are read at a time
};

/// Reads RFC 4180 and its usual variants: quotes with doubled quotes and line breaks inside, LF, CRLF or CR, a byte
/// order mark, empty lines and comments before the rows (left out), spaces between numbers, Latin-1 where the text is
/// no UTF-8. Columns have the names of the header, made different from each other (`a`, `a.1`), or `column_1`, …; each
/// holds times if all its cells are, numbers if more than half of those that are not missing are, else text. An error
/// of kind Data names the line: a row of another width, a quote that is never closed, a zero byte, an empty file, a
/// header without rows.
base::Result<Table> readCsv(std::string_view text, const std::string& where, const CsvOptions& options = {});

/// The same of a file, which may be packed with gzip; one that is not is never held in memory whole.
base::Result<Table> readCsvFile(const std::filesystem::path& file, const CsvOptions& options = {});

/// How a CSV text is cut, found from its beginning where `options` do not say it.
struct CsvForm {
    char delimiter = ',';
    bool header = false;
};
base::Result<CsvForm> csvForm(std::string_view head, const std::string& where, const CsvOptions& options = {});

/// Whether a file that begins with `head` can be CSV: text without zero bytes whose first lines have a delimiter.
bool looksLikeCsv(std::string_view head);

}
