// SPDX-License-Identifier: GPL-3.0-or-later
// Studies side by side: the best value so far by strategy, with its spread over seeds.
#pragma once

#include "core/tune/study_state.h"
#include "ui/plots/study_plot.h"

#include <memory>

namespace ui::models {

/// Studies that differ by their seeds alone.
struct StudyGroup {
    QString name; ///< `Bayesian`, with its settings where two groups share the strategy
    std::vector<const core::tune::StudyState*> studies;
    std::vector<double> mean, spread; ///< of the best so far after 1, 2, … completed trials
};
/// Whether two studies ask the same question: objectives and ranges.
bool comparable(const core::tune::StudyState& a, const core::tune::StudyState& b);
/// By strategy, in the order given; studies without a completed trial are left out.
std::vector<StudyGroup> groupStudies(const std::vector<const core::tune::StudyState*>& studies);
/// A line with its band for each group. All studies must be comparable.
plots::StudyPlot::Spec comparisonOf(const std::vector<StudyGroup>& groups);
/// `After 12 trials: Bayesian 0.081 ± 0.004 (3 seeds) · Random 0.102 ± 0.01 (3 seeds)`, the best first.
QString comparisonText(const std::vector<StudyGroup>& groups);

}
