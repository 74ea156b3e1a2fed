// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/schema.h"

namespace core::spec {

/// Chooses another kind (of an optimizer, a model) at `path`: of what was given for the one before, what the new one
/// knows too is kept, as in the form.
base::Status chooseKind(base::Value& tree, const std::string& path, const base::Value& kind,
                        const base::Catalog& catalog);

}
