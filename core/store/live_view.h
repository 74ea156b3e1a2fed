// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/columns.h"
#include "core/store/run_record.h"

#include <memory>
#include <vector>

namespace core::store {

/// `run.h5` while the run goes: other programs follow it with `h5py.File(…, "r", swmr=True)`. It has no filters and
/// nothing of variable length that grows, so that a reader never sees half a value. A cache of the journal: any
/// trouble with it costs nothing but the view.
class LiveView {
public:
    /// Writes what is recorded so far beside `file` and renames it over: who reads the old one is not disturbed.
    /// It has places for the names that are recorded already or listed in `record.opened`.
    static base::Result<std::unique_ptr<LiveView>> create(const std::filesystem::path& file, const RunRecord& record);
    ~LiveView();

    /// False if the view has no place for one of the names: make a new one.
    bool takes(const ScalarBlock& block) const;
    bool takes(const TensorBlock& block) const;
    /// Appends them and shows them to readers.
    base::Status append(const std::vector<ScalarBlock>& scalars, const std::vector<TensorBlock>& tensors = {});

private:
    class Work;
    explicit LiveView(std::unique_ptr<Work> work);
    std::unique_ptr<Work> m_work;
};

}
