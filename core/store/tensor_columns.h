// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/tensors.h"
#include "core/store/columns.h"

#include <unordered_map>

namespace core::store {

/// Turns statistics, as a training emits them, into blocks of columns under their names.
class TensorColumns {
public:
    void name(const events::TensorsNamed& named) { m_sets[named.set] = named; }
    /// What does not fit its set's names is dropped.
    void add(const events::TensorStats& stats);
    /// What came since; the names stay known.
    std::vector<TensorBlock> take();

private:
    std::unordered_map<std::int64_t, events::TensorsNamed> m_sets;
    std::unordered_map<std::int64_t, std::vector<events::TensorStats>> m_rows;
    std::vector<std::int64_t> m_order; ///< sets, as their first rows came
};

}
