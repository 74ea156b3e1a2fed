// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/epoch_axis.h"
#include "ui/plots/series_buffer.h"

#include <QString>

#include <map>
#include <vector>

namespace ui::models {

class RunModel;

/// The folds among some runs as one: mean and standard deviation (n − 1) of each curve over those folds of the first
/// run's cross-validation that have ended, at equal epochs, as far as all of them reach.
class FoldCurves {
public:
    struct Band {
        plots::SeriesBuffer mean, lower, upper;
    };

    /// Looks at the runs again; true if anything changed. What was read from here before is gone then.
    bool update(const std::vector<const RunModel*>& runs);
    /// How many folds the curves are of; 0: fewer than two have ended, and there are none.
    int folds() const { return int(m_folds.size()); }
    /// Whether it is a fold of that cross-validation, ended or not.
    bool holds(const RunModel& run) const;
    /// nullptr if no fold has such a scalar.
    const Band* band(const QString& series) const;
    const plots::EpochAxis& epochs() const { return m_epochs; }

private:
    void join(const QString& series);

    std::vector<const RunModel*> m_folds, m_all;
    std::map<QString, Band> m_bands;
    plots::EpochAxis m_epochs;
    QString m_signature;
};

}
