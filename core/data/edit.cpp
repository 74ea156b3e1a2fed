// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/edit.h"

namespace core::data {

base::Status applyEdits(const std::vector<base::Pick>& edits, Loaded& loaded)
{
    for (std::size_t i = 0; i < edits.size(); ++i) {
        CORE_TRY(edit, allEdits().make(edits[i]));
        if (auto done = edit->apply(loaded); !done) {
            base::Error error = done.error();
            error.where = "/data/edits/" + std::to_string(i) + error.where;
            return error;
        }
    }
    return {};
}

}
