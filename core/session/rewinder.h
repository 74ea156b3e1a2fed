// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/events/frames.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

namespace core::session {

/// What a model says after `step` updates.
struct Moment {
    std::int64_t step = 0;
    bool exact = false; ///< false: of a keyframe on the way
    std::optional<events::SurfaceFrame> surface;
    std::optional<events::ConfusionFrame> confusion;
    std::optional<events::PredictionFrame> predictions;
    std::optional<events::WeightsFrame> weights;
    std::int64_t evaluatedRows = 0; ///< of the validation split; large ones are sampled
};

/// Shows a recorded run at any of its steps: at once the nearest keyframe before it, then the step itself as soon as it
/// is trained again from there. Works on a thread of its own.
class Rewinder {
public:
    /// `tell` is called on that thread.
    using Tell = std::function<void(base::Result<Moment>)>;
    Rewinder(std::filesystem::path run, Tell tell);
    ~Rewinder();

    /// Of several wishes the last one counts.
    void seek(std::int64_t step);

private:
    class Work;
    std::unique_ptr<Work> m_work;
};

}
