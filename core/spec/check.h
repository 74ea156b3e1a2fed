// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/schema.h"

#include <filesystem>

namespace core::spec {

/// A value with every default filled in, in the schema's order, and all that is wrong with what was given.
struct Checked {
    base::Value value;
    std::vector<base::Error> problems;   ///< `where` is a JSON path such as `/train/optimizer/lr`
    std::vector<std::string> notes = {}; ///< what was given and is taken in another way, in words
};

/// What checking needs to know besides the schema.
struct CheckContext {
    const base::Catalog& catalog;
    std::filesystem::path folder = {}; ///< relative paths are taken from here; empty: left as they are
};

/// Checks `given` against `schema`: unknown keys (the nearest known one is named), types, ranges, kinds.
/// Never fails as such: a field with a problem keeps its default in the result.
Checked check(const base::Schema& schema, const base::Value& given, const std::string& where,
              const CheckContext& context);

/// The known name nearest to `name` by edit distance (transpositions count one); empty if none is near.
std::string nearest(std::string_view name, const std::vector<std::string>& known);

/// The schema's field behind a dotted path in a checked value; nullptr if there is none.
const base::Field* fieldAt(const base::Schema& schema, const base::Value& checked, std::string_view dottedPath,
                           const base::Catalog& catalog);

/// `/train/optimizer/lr` for `train.optimizer.lr`.
std::string jsonPath(std::string_view dottedPath);

}
