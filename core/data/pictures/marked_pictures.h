// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/formats/annotations.h"
#include "core/data/pictures/picture_set.h"

namespace core::data {

/// Where marked pictures come from.
struct MarkedSet {
    std::string where, name;
    std::vector<std::string> folders;                  ///< in which a picture's file is looked for, one after the other
    std::vector<std::int32_t> parts;                   ///< per picture; or empty
    std::vector<std::vector<std::string>> partFolders; ///< per part, where each has its own: instead of `folders`
};

/// A set for detection: pictures with boxes. A picture that is not there is counted among the unreadable ones; what
/// was left out of the marks is told in `problems`.
base::Result<Loaded> loadMarked(const Annotations& marks, const MarkedSet& set, const SourceRequest& request);

/// Pictures without marks, for a model that looks for them.
base::Result<Loaded> loadUnmarked(const std::string& path, const SourceRequest& request);

}
