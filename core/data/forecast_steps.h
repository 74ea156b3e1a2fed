// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/signals/windows.h"

namespace core::data {

/// The steps that the rows of a forecast were cut from.
struct Steps {
    std::shared_ptr<const Table> table;
    std::vector<double> times;       ///< per step; empty: none are known
    std::vector<std::uint8_t> parts; ///< per step: the part whose rows foretell it, 0 to 2; 3: none does
    std::vector<std::int64_t> ofRow; ///< per row: the first step that it foretells

    /// Fills `parts` from those of the rows.
    void divide(const std::array<std::vector<std::int64_t>, 3>& rows, const WindowRows& windows, std::int64_t horizon);
};

/// For each row the first step that it foretells; empty where steps stand in no table.
std::vector<std::int64_t> firstForetold(const WindowRows& windows, std::int64_t horizon);

/// Gaps and infinite values of steps, before rows are cut from them: there each would be told many times over.
std::vector<Problem> examineSteps(const spec::Experiment& experiment, const Loaded& loaded);

}
