// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/spec/experiment.h"
#include "core/store/run_record.h"

namespace core::store {

/// A run among those that it branched from and those that branched from it.
struct TreeNode {
    RunSummary run;
    std::int64_t depth = 0;                ///< branchings between it and the root
    std::ptrdiff_t parent = -1;            ///< its parent's place in the list; −1: none, or it is gone
    std::vector<spec::Difference> changes; ///< of its settings against its parent's
};

/// The whole family of the run `id`: its oldest ancestor that is there, then each run behind the one it branched from,
/// earlier branchings first. Empty if there is no such run.
std::vector<TreeNode> familyOf(const std::vector<RunSummary>& runs, const std::string& id);

}
