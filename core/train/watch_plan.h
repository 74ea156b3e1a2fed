// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/tensors.h"
#include "core/store/columns.h"
#include "core/tensor/signal_statistics.h"
#include "core/train/engine.h"

#include <map>

namespace core::train {

/// What tensors are taken of, in the order in which they are recorded.
enum class WatchKind { Weight, Gradient, Update, Activation, Input, Answer, Extra };
inline constexpr std::size_t watchKinds = 7;

struct WatchSource {
    at::Tensor weight; ///< live; of what comes by in a step none
    WatchKind kind = WatchKind::Weight;
    std::string name;
    std::string layer = {}; ///< of an input or an output, as its network calls it
};

/// What there is to see of a learner.
struct WatchSources {
    std::vector<WatchSource> all;
    spec::LayerTypes layers;
    std::int64_t classes = 0; ///< of labels and predictions
    std::vector<std::int64_t> row;
    bool boosted = false; ///< no network: `all` means whatever there is

    static WatchSources of(Engine& engine, const std::vector<spec::CaptureSpec>& captures);
    std::vector<std::string> names() const;
    std::vector<bool> selected(const spec::CaptureSpec& capture) const;
};

/// A statistic that is taken of all tensors of a set.
struct WatchStatistic {
    tensor::TakeStatistic take = nullptr; ///< of what one pass tells
    tensor::TakeSignal ask = nullptr;     ///< where that is not enough
    spec::Statistic statistic;
    store::Kept kept = store::Kept::Single; ///< rounded so, that rules see live what is recorded
};

/// Tensors of which the same statistics are taken at the same steps.
struct WatchSet {
    events::TensorsNamed names;
    std::vector<WatchStatistic> statistics;
    std::vector<double> values;
    bool named = false;
    bool plain = true;   ///< every statistic is one of a single pass
    bool passes = false; ///< some are
};

struct WatchPlace {
    std::size_t source = 0, set = 0, row = 0;
    std::int64_t bins = 0; ///< of the histogram that is kept; 0: none is
    std::size_t spread = 0;
    std::string name = {};      ///< as it is recorded
    std::size_t past = 0;       ///< saves that its statistics look back on
    std::int64_t pastSteps = 0; ///< or so many steps
    bool raw = false;
};

/// What is taken at steps at which the same captures are due; kind by kind.
struct WatchPlan {
    std::vector<WatchPlace> places;
    std::size_t begins[watchKinds + 1] = {};
    std::vector<WatchSet> sets;
    std::map<std::string, std::pair<std::size_t, std::size_t>, std::less<>> passes; ///< by layer: output, input + 1
    bool keeps = false;                                                             ///< histograms

    std::size_t begin(WatchKind kind) const { return begins[std::size_t(kind)]; }
    std::size_t end(WatchKind kind) const { return begins[std::size_t(kind) + 1]; }
    bool has(WatchKind kind) const { return begin(kind) < end(kind); }
};

/// `due` and `selected` by capture; numbers sets from `firstSet` on.
WatchPlan makePlan(const WatchSources& sources, const std::vector<spec::CaptureSpec>& captures,
                   const std::vector<bool>& due, const std::vector<std::vector<bool>>& selected, bool evaluation,
                   std::int64_t firstSet);

/// What rules need to see of tensors, as captures.
std::vector<spec::CaptureSpec> capturesForRules(const std::vector<spec::RuleSpec>& rules);

}
