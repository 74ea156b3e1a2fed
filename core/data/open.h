// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/source.h"
#include "core/data/split.h"

namespace core::data {

/// Loads what `request.data.source` names. Errors of the data are kind Data with the file and the line, row or offset.
base::Result<Loaded> loadSource(const SourceRequest& request);

/// What `request.data.source` names; a file or folder of the user's by its format.
base::Result<std::unique_ptr<Source>> sourceOf(const SourceRequest& request);

/// The same with the numbers that a network would see, learned from all rows.
base::Result<Loaded> loadWhole(const SourceRequest& request);

/// Loads a file or folder of the user's: by `request.data.format`, else by the first source that recognises it.
base::Result<Loaded> loadPath(const SourceRequest& request, const std::string& path);

/// What `auto` stands for: `predefined` where the source says it; `chronological` with times; for classes `stratified`
/// where each has a row for every part; else `random`. Any other kind is itself.
std::string splitKind(const SplitRequest& request);

}
