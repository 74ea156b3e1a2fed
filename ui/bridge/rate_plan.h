// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/rate_points.h"
#include "ui/bridge/preview.h"
#include "ui/plots/route.h"

namespace ui::bridge {

class Workbench;

/// The learning rate of every step as the document has it, and the points that it is dragged by. What is dragged
/// becomes a `piecewise` schedule: one undo step in the document and, while a run trains, one edit of it.
class RatePlan final : public QObject {
    Q_OBJECT

public:
    explicit RatePlan(Workbench& bench);

    /// Brings it up to date with the document; views call it while they are seen.
    void ask();
    const core::session::SchedulePreview& rates() const { return m_rates; }
    /// Why there is no curve; empty if there is one.
    const QString& problem() const { return m_problem; }
    /// In the schedule's own steps: what is to come can be dragged.
    plots::Route route() const;
    void take(const plots::Route& route);
    /// A run's step and the schedule's, which differ once the batch size was edited.
    qint64 offset() const;

Q_SIGNALS:
    void changed();
    void slow(bool slow);

private:
    qint64 done() const;
    double lowered() const;

    Workbench& m_bench;
    Preview m_preview;
    core::session::SchedulePreview m_rates;
    std::vector<core::session::RatePoint> m_points;
    QString m_problem;
    core::base::Value m_asked;  ///< the parts of the experiment that the curve depends on
    core::base::Value m_rowsOf; ///< the data and split whose number of training rows is known
    std::int64_t m_rows = 0;
};

}
