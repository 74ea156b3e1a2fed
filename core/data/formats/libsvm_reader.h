// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/data/formats/sparse_rows.h"

#include <limits>
#include <optional>
#include <string_view>

namespace core::data {

struct LibsvmOptions {
    std::optional<bool> zeroBased; ///< empty: columns count from 0 if one is called 0, else from 1
    std::int64_t columns = 0;      ///< at least so many
    std::int64_t firstLine = 1;    ///< of the text in its file
    std::int64_t maxRows = std::numeric_limits<std::int64_t>::max();
};

/// Reads lines `label column:value …`, columns ascending, with `qid:n` after the label and `#` before a comment. A line
/// without a label is a row too, for predictions. An error of kind Data names the line and what stands there.
base::Result<SparseRows> readLibsvm(std::string_view text, const std::string& where, const LibsvmOptions& options = {});

/// Whether the first lines are of this form.
bool looksLikeLibsvm(std::string_view head);

}
