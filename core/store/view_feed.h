// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/live_view.h"

#include <optional>

namespace core::store {

/// Keeps run.h5 close behind the journal, and makes it anew from the journal where appending is not enough.
class ViewFeed {
public:
    ViewFeed(std::filesystem::path run, double seconds) : m_run(std::move(run)), m_seconds(seconds) {}

    /// These rows are in the journal, or will be when update() is called.
    void add(ScalarBlock block);
    void add(TensorBlock block);
    /// The view is made anew: the run was announced, or went back.
    void renew();
    /// Writes what is due; everything that the recorder took has reached the journal's files. Returns what keeps the
    /// view from following, the first time; it is tried again later.
    std::optional<base::Error> update();
    void close();

private:
    std::filesystem::path m_run;
    double m_seconds;
    std::vector<ScalarBlock> m_waiting;
    std::vector<std::vector<TensorBlock>> m_tensors; ///< waiting as well; of the same tensors and statistics together
    std::unique_ptr<LiveView> m_view;
    bool m_stale = false; ///< the journal holds more than the view and what waits
    double m_next = 0;    ///< when the view is due
    bool m_told = false;

    base::Status write();
    bool hasRoom() const;
};

}
