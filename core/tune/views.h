// SPDX-License-Identifier: GPL-3.0-or-later
// What further plots of a study show, as values: functions of its state alone. Places are those of core/tune/space.h:
// 0 to 1 along a parameter's own scale. Trials from before a range was changed are left out where they lie outside.
#pragma once

#include "core/tune/study_state.h"
#include "core/tune/surrogate.h"

namespace core::tune {

/// The share of completed trials whose value is at most `value`.
struct EdfStep {
    double value = 0, share = 0;

    bool operator==(const EdfStep&) const = default;
};
std::vector<EdfStep> edfOf(const StudyState& study, std::size_t objective = 0);

/// A parameter as an axis.
struct ViewAxis {
    std::string path;
    Distribution range;

    bool operator==(const ViewAxis&) const = default;
};

/// A completed trial over one parameter or two.
struct ViewPoint {
    std::int64_t trial = 0;
    base::Value xValue, yValue; ///< y: null where there is but one parameter
    double x = 0, y = 0;        ///< places
    double value = 0;           ///< of the objective
    double rank = 0;            ///< 0: the best, 1: the worst; equals share their middle

    bool operator==(const ViewPoint&) const = default;
};

/// Every completed trial that has the parameter, in the order of their numbers.
struct SliceView {
    ViewAxis x;
    std::vector<ViewPoint> points;
};
/// An error if the study has no such parameter.
base::Result<SliceView> sliceOf(const StudyState& study, const std::string& x, std::size_t objective = 0);

/// Trials over two parameters, each with its rank among all of them.
struct RankView {
    ViewAxis x, y;
    std::vector<ViewPoint> points;
};
base::Result<RankView> rankOf(const StudyState& study, const std::string& x, const std::string& y,
                              std::size_t objective = 0);

/// Values on a grid of two parameters: columns run along x. Of a finite range there is a column (a row) for each value,
/// else they lie evenly from one end to the other.
struct ViewGrid {
    std::vector<double> x, y;  ///< places
    std::vector<double> cells; ///< y.size() rows of x.size() values

    double at(std::size_t column, std::size_t row) const { return cells[row * x.size() + column]; }
};

/// What Optuna's contour plot shows: the harmonic surface through the trials' values (a cell that holds trials has
/// their mean, every other one the mean of its neighbours). The grid has no cells where fewer than two of them hold
/// trials.
struct ContourView {
    ViewAxis x, y;
    std::vector<ViewPoint> points;
    ViewGrid grid;
};
/// `resolution`: columns and rows of a continuum, 2 to 200.
base::Result<ContourView> contourOf(const StudyState& study, const std::string& x, const std::string& y,
                                    std::size_t objective = 0, std::size_t resolution = 60);

/// When a trial ran, and beside which others.
struct TimelineBar {
    std::int64_t trial = 0;
    TrialState state = TrialState::Running;
    double begin = 0, end = 0; ///< seconds since the epoch; of one that has not ended: the newest time of the study
    std::int64_t lane = 0;     ///< the first that was free: as many lanes as trials ran at once

    bool operator==(const TimelineBar&) const = default;
};
/// Trials of this study that have been started, by their beginnings, without those of a warm start; `now`, where given,
/// ends those that still run.
std::vector<TimelineBar> timelineOf(const StudyState& study, std::optional<double> now = {});

/// What the strategy itself believes along one parameter or two, all others as in the best trial: mean and deviation in
/// the objective's own units, and the acquisition (the larger, the sooner a place is tried).
struct SurrogateView {
    ViewAxis x;
    std::optional<ViewAxis> y;
    base::Object fixed;                    ///< the point that the view goes through
    ViewGrid mean, deviation, acquisition; ///< one row where there is but one parameter
    std::vector<ViewPoint> points;
};
/// Of the first objective. An error where the strategy has no model, or none yet, and for parameters that do not exist
/// at the best trial. `resolution`: 2 to 200; left out: 101 along one parameter, 31 along each of two.
base::Result<SurrogateView> surrogateView(const StudyState& study, const std::string& x,
                                          const std::optional<std::string>& y = {},
                                          std::optional<std::size_t> resolution = {});

}
