// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/formats/row_index.h"
#include "core/data/streams/row_stream.h"

#include <functional>

namespace core::data {

/// What a source makes of rows of its file: their bytes, with the header if the file has one, and the line on which the
/// first of them begins.
using RowParser =
    std::function<base::Result<Loaded>(std::string text, std::int64_t firstLine, const SourceRequest& request)>;

/// The rows of a file that has one after another: lines, or records. At most `data.rows` of them.
base::Result<std::shared_ptr<const RowStream>> fileStream(const std::filesystem::path& file, const RowRules& rules,
                                                          RowParser parse, const SourceRequest& request);

}
