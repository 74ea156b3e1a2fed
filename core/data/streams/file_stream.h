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

/// Lines of a text as rows, each of which a member of a source reads with those beside it.
template <class Source>
auto lineStream(const std::filesystem::path& file, const Source& source,
                base::Result<Loaded> (Source::*parse)(std::string, std::int64_t, const SourceRequest&) const,
                const SourceRequest& request)
{
    return fileStream(
        file, {},
        [source, parse](std::string text, std::int64_t line, const SourceRequest& asked) {
            return (source.*parse)(std::move(text), line, asked);
        },
        request);
}

}
