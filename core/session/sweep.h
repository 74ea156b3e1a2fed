// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"

#include <cstdint>
#include <map>

namespace core::session {

using Changes = std::vector<std::pair<std::string, base::Value>>;

/// What is varied along a curve.
struct SweepAxis {
    enum class Scale { Linear, Log, Log2 };
    std::string name; ///< `batch size`
    std::string unit = {};
    Scale scale = Scale::Linear;
};

/// One curve: runs that differ in `x` and in their seeds alone.
struct SweepSeries {
    std::string name; ///< `rate as it is`
    SweepAxis axis;
    std::string note = {}; ///< what makes it different from the others
};

/// An ordinary run that is still to be trained: the experiment with `changes`.
struct PlannedRun {
    std::size_t series = 0;
    double x = 0;
    std::int64_t seed = 0;
    std::string label; ///< `batch 64`
    Changes changes;
};

struct SweepPlan {
    std::vector<SweepSeries> series;
    std::vector<PlannedRun> runs; ///< in the order in which they are trained
    std::vector<std::string> notes = {};
};

/// What a plan is made for.
struct SweepContext {
    const base::Value& resolved;
    std::int64_t trainRows = 0;
};

/// A figure over the seeds of one point.
struct Spread {
    double mean = 0;
    double std = 0; ///< n − 1; 0 for one value
    std::int64_t n = 0;
};

/// All runs at one place of a curve.
struct SweepPoint {
    double x = 0;
    std::string label;
    std::map<std::string, Spread> values; ///< `validation/accuracy`, …, `gap/accuracy`, `seconds_per_epoch`
    std::int64_t ended = 0, diverged = 0, planned = 0;
    std::vector<std::size_t> runs; ///< in the set's list

    /// nullptr if no run of it has that.
    const Spread* find(const std::string& value) const;
};

struct SweepCurve {
    SweepSeries series;
    std::vector<SweepPoint> points; ///< in rising x

    const SweepPoint* at(double x) const;
};

/// What the runs of a set say together.
struct SweepSummary {
    std::vector<SweepCurve> curves;
    std::string metric; ///< without a split's name: `accuracy`, else `loss`
    bool higherIsBetter = true;

    std::string validation() const { return "validation/" + metric; }
    std::string training() const { return "train_eval/" + metric; }
};

/// An experiment that is a set of ordinary runs. One plug-in of `core/session/sweeps`; its Spec holds SweepCommon.
class SweepKind {
public:
    virtual ~SweepKind() = default;
    /// Which runs. An error names what of the experiment does not fit.
    virtual base::Result<SweepPlan> plan(const SweepContext& context) const = 0;
    /// In words, with numbers; empty as long as too little has ended.
    virtual std::string closing(const SweepSummary& summary) const = 0;
    /// An experiment that shows it within two or three minutes, for who has none; as given.
    virtual base::Value sample() const = 0;
    /// Whether each run's path on its loss surface is what is looked at.
    virtual bool hasPaths() const { return false; }
};

using Sweeps = base::Registry<SweepKind>;
const Sweeps& allSweeps();

/// What every kind has.
struct SweepCommon {
    std::int64_t seeds = 3;
    std::optional<std::int64_t> epochs;
};

template <class Spec>
void addSweepSeeds(base::Fields<Spec>& fields)
{
    fields.add("seeds", static_cast<std::int64_t Spec::*>(&Spec::seeds), base::Int{1, 100},
               {"How often each point is trained, each time with another seed for weights, order and dropout. The band "
                "is one standard deviation; the split stays the same.",
                "s = √(Σ(x − x̄)² / (n − 1))", "One seed: luck and effect cannot be told apart.",
                "Time grows with it; the spread hardly narrows beyond ten."},
               {.unit = "runs"});
}

template <class Spec>
void addSweepCommon(base::Fields<Spec>& fields)
{
    addSweepSeeds(fields);
    fields.add("epochs", static_cast<std::optional<std::int64_t> Spec::*>(&Spec::epochs), base::Int{1, 1'000'000},
               {"How long each run trains. Empty: as long as the experiment says.",
                {},
                "Curves that are still falling are compared.",
                "Time grows with it."},
               {.unit = "epochs", .nullWord = "as the experiment"});
}

/// Adds `common.seeds` runs of one point, seeded from the experiment's seed on.
void spread(SweepPlan& plan, const SweepContext& context, const SweepCommon& common, PlannedRun point);
/// 4 significant digits; `%` of a share with one place behind the point.
std::string figure(double value);
/// `12.4 points` of an accuracy, `0.031` of anything else.
std::string difference(const SweepSummary& summary, double value);
/// A metric's value as people say it: `91.2 %` or `0.2311`.
std::string valued(const SweepSummary& summary, double value);

}
