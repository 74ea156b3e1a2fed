// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/hub.h"
#include "core/train/kept_tensors.h"
#include "core/train/watch_plan.h"

#include <atomic>

namespace core::train {

/// Makes of tensors what is recorded of them: statistics, how they are spread, and what is kept whole. Of one step
/// after the other; at one time used by one thread, the training's own or that of what is put off.
class WatchNotes {
public:
    /// Whose statistics a tensor has: found in a pass of its own, those of the tensor that came right before, or none.
    enum class Pass { Own, AsBefore, None };

    /// `spreads`: how the tensors are spread is told too.
    void begin(WatchPlan& plan, std::int64_t step, bool spreads);
    /// Tensors of the places from `from` on.
    void take(std::size_t from, std::span<const at::Tensor> tensors, Pass pass = Pass::Own);
    /// What is true of the rows of what is taken from now on; an undefined tensor: nothing is known.
    void setLabels(at::Tensor labels) { m_labels = std::move(labels); }
    void tell(const events::EventHub::Tell& tell);

    /// Whoever watches sees again how tensors are spread from this time on (base::steadySeconds()).
    double nextSpread() const { return m_nextSpread.load(std::memory_order_relaxed); }

    PastSaves past;
    KeptTensors kept;

private:
    void noteSignal(const WatchPlace& place, const tensor::Statistics* known, const at::Tensor& tensor, double* values);
    events::TensorHistograms& spreads() { return std::get<events::TensorHistograms>(m_spread); }

    WatchPlan* m_plan = nullptr;
    std::int64_t m_step = 0;
    bool m_spreading = false;
    double m_began = 0;
    at::Tensor m_labels;
    std::vector<tensor::Statistics> m_known;             ///< of what was taken
    events::Event m_spread = events::TensorHistograms{}; ///< filled again and again, so that nothing is copied to it
    std::atomic<double> m_nextSpread = 0;
};

/// What was taken at one step, for WatchNotes to look at later.
struct WatchJob {
    struct Group {
        std::size_t from = 0, count = 0;
        WatchNotes::Pass pass = WatchNotes::Pass::Own;
        std::uint32_t version = 0; ///< of a tensor that is held as it is
        bool held = false;
    };
    WatchPlan* plan = nullptr;
    std::int64_t step = 0;
    bool spreads = false;
    std::vector<Group> groups;
    std::vector<at::Tensor> tensors; ///< of all groups
    at::Tensor labels;               ///< of answers
    std::vector<at::Tensor> copies;  ///< by place, used again and again
    std::atomic<bool> busy = false;

    /// Hands all of it to `notes`, and forgets it.
    void tellBy(WatchNotes& notes, const events::EventHub::Tell& tell);
    std::size_t bytes() const;
};

}
