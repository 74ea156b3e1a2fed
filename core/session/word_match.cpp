// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/word_match.h"

#include "core/data/formats/word_vectors.h"

#include <algorithm>

namespace core::session {

base::Result<WordMatch> matchWordVectors(const base::Value& resolved, const data::DatasetInfo& info)
{
    CORE_TRY(found, data::readWordVectors(resolved["model"]["word_vectors"].text(), info.tokens));
    return WordMatch{found.dimension, found.entries, found.duplicates, found.matched,
                     std::max<std::int64_t>(0, std::int64_t(info.tokens.size()) - 2)};
}

}
