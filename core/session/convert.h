// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/data_view.h"

namespace core::session {

struct Converted {
    std::int64_t rows = 0;
    std::filesystem::path recipe; ///< the file beside it that says what was done
};

/// Writes the rows of an experiment's data as they stand after its edits, those that were left out not: as CSV (`.csv`,
/// `.tsv`) or HDF5 (`.h5`, `.hdf5`; one dataset a column, or `inputs` and `targets` of what has no columns). Beside it
/// `FILE.recipe.json` says where the rows came from and which edits were made; HDF5 bears it as the attribute `recipe`
/// too. Whole or not at all.
base::Result<Converted> convert(const base::Value& resolved, const std::filesystem::path& file);

}
