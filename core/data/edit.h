// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/source.h"

namespace core::data {

/// Something that a person changed in the data, as part of the experiment: the file stays as it is. One plug-in of
/// `core/data/edits`. Rows keep their numbers: one that is dropped is in no part, one that is added gets the next
/// number.
class Edit {
public:
    virtual ~Edit() = default;
    /// An error of kind Spec, with a path below that of the edit, where it does not fit the data.
    virtual base::Status apply(Loaded& loaded) const = 0;
};

using Edits = base::Registry<Edit>;
const Edits& allEdits();

/// Applies them in order.
base::Status applyEdits(const std::vector<base::Pick>& edits, Loaded& loaded);

}
