// SPDX-License-Identifier: GPL-3.0-or-later
// What a strategy's model believed before it chose a trial: why Bayesian search picks the next point.
#pragma once

#include "core/tune/study_state.h"
#include "ui/plots/study_plot.h"

namespace ui::models {

/// The study as its strategy saw it when it chose trial `number`: trials after it are not there, those that had not
/// ended yet still run. The study itself for a number above the last.
core::tune::StudyState studyBefore(const core::tune::StudyState& study, std::int64_t number);

struct SurrogateQuestion {
    core::tune::StudyState study; ///< whole
    std::int64_t number = 0;      ///< before this trial was chosen
    std::size_t x = 0;
    std::optional<std::size_t> y = {};
};

/// A model over one or two parameters, the others as the next point has them: so the point that was chosen lies on it.
struct SurrogateScene {
    bool own = true;      ///< the strategy's; else a Gaussian process beside it
    bool learning = true; ///< else the next point is one of the first, which are spread evenly
    std::size_t x = 0;
    std::optional<std::size_t> y;
    std::int64_t number = 0, learned = 0;
    int columns = 0, rows = 1;
    std::vector<double> mean, deviation, acquisition; ///< row-major from the lower left
    core::base::Object next;                          ///< the point that was chosen, or would be now
    bool chosen = false;                              ///< trial `number` has it
    core::tune::StudyState past;
};
/// An error before any trial has ended, and with several objectives.
core::base::Result<SurrogateScene> surrogateScene(const SurrogateQuestion& question);

enum class SurrogateShown { Mean, Uncertainty, Acquisition };
/// Mean and band with the trials, and below it the acquisition. `study`: whole, for axes that stay while trials arrive.
plots::StudyPlot::Spec beliefOf(const SurrogateScene& scene, const core::tune::StudyState& study);
plots::StudyPlot::Spec acquisitionOf(const SurrogateScene& scene, const core::tune::StudyState& study);
/// One of the three over two parameters.
plots::StudyPlot::Spec fieldOf(const SurrogateScene& scene, const core::tune::StudyState& study, SurrogateShown shown);
/// `Trial 12 was chosen where the acquisition is largest, from 11 trials.`
QString surrogateText(const SurrogateScene& scene, const core::tune::StudyState& study);

}
