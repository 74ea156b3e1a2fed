// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"

namespace core::train {

/// Of the rows of a part as the source gave them: of many, some that are spread over all.
std::string rowsDigest(const data::DataModule& data, data::SplitName part);

/// What a checkpoint says of the data, so that a replay can tell other data from other arithmetic: `train` and
/// `validation`, digests of their rows, and for each file or folder that was read its `path` and a `state`, which
/// is another when anything in it was written since.
base::Value dataFacts(const data::DataModule& data);

/// The files whose state is another in `now`, as a person reads them; empty if there is none.
std::string changedFiles(const base::Value& noted, const base::Value& now);

}
