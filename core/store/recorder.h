// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/hub.h"
#include "core/store/run_folder.h"

#include <memory>
#include <optional>

namespace core::store {

struct RecorderOptions {
    bool liveView = true;      ///< keep run.h5 readable with SWMR while the run goes
    double flushSeconds = 0.2; ///< what happened is in the journal file after this
    double syncSeconds = 1;    ///< and safe from a power cut after this
    double viewSeconds = 0.5;  ///< and in run.h5 after this
};

/// Writes a run: events into the journal, from it the view. Taking an event costs a copy; a thread does the rest.
/// Of Progress one a second is kept, of frames of weights those that say so. Of the end of a run a sink behind this one
/// hears when all that was recorded is in the journal file.
class Recorder final : public events::EventSink {
public:
    /// Cuts a torn tail of the journal, if the folder has one, and goes on behind it. A run that had ended goes on with
    /// a new journal made of its run.h5. `folder` holds the lock and outlives the recorder.
    static base::Result<std::unique_ptr<Recorder>> open(const RunFolder& folder, RecorderOptions options = {});
    ~Recorder() override; ///< flushes, and without finish() leaves a run.h5 of what there is; the journal stays

    void onScalars(const events::ScalarRow& row) override;
    void onEvent(const events::Event& event) override;

    /// The run goes back to `step`: scalars at or after it, and what happened then, no longer count.
    void rewindTo(std::int64_t step);
    /// Waits until everything so far is in the journal file: safe from the death of this process.
    base::Status flush();
    /// The same, and safe from a power cut.
    base::Status sync();
    /// What keeps the recorder from writing now, such as a full disk. Nothing is lost meanwhile; it tries again by
    /// itself.
    std::optional<base::Error> trouble() const;
    /// Writes the compressed run.h5, reads it back, compares, and only then removes the journal. After an error all is
    /// still there, and it can be called again; after success nothing more is recorded.
    base::Status finish();

private:
    class Work;
    explicit Recorder(std::unique_ptr<Work> work);
    std::unique_ptr<Work> m_work;
};

}
