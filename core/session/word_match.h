// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"
#include "core/data/info.h"

namespace core::session {

/// What a file of word vectors (`model.word_vectors`) knows of a data set's tokens.
struct WordMatch {
    std::int64_t dimension = 0, entries = 0, duplicates = 0;
    std::int64_t matched = 0, tokens = 0; ///< without <pad> and <unk>
};
base::Result<WordMatch> matchWordVectors(const base::Value& resolved, const data::DatasetInfo& info);

}
