// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/data/tables/table.h"

#include <limits>

namespace core::data {

struct JsonLinesOptions {
    TableHints hints;
    std::int64_t maxRows = std::numeric_limits<std::int64_t>::max();
    std::int64_t firstLine = 1;  ///< of the text in its file
    std::string frequency = "D"; ///< of DeepAR's series: M, W, D, H or min, with a number before it
};

/// Reads records, one JSON object a line, or one list of objects: a column for each key. Objects inside become
/// `key.inner`, lists of numbers `key_0`, `key_1`, … An error of kind Data names the line.
/// DeepAR's series `{"start", "target": […], "cat": […], "dynamic_feat": [[…], …]}` become one row a step with the
/// columns `item`, `time`, `target`, `cat_0` …, `dynamic_feat_0` …; `"NaN"` and null are missing.
base::Result<Table> readJsonLines(std::string text, const std::string& where, std::string name,
                                  const JsonLinesOptions& options = {});

bool looksLikeJsonLines(std::string_view head);

}
