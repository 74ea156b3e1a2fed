// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/run_model.h"
#include "ui/pages/page.h"

#include <QPointer>

namespace ui::models {
struct NextStep;
}

namespace ui::pages {

class ClosingBar;
class ForgettingMeter;
class RunCurves;
class RunSide;
class StepStrip;

/// Loss, metric and learning rate as they happen, one view of what the network does beside them, and at the end a
/// sentence with what to do next.
class TrainPage final : public Page {
    Q_OBJECT

public:
    explicit TrainPage(bridge::Workbench& workbench, QWidget* parent = nullptr);

    QStringList inspected() const override;
    RunCurves* curves() const { return m_curves; }
    RunSide* side() const { return m_side; }
    ClosingBar* closing() const { return m_closing; }
    StepStrip* stepStrip() const { return m_step; }
    ForgettingMeter* forgetting() const { return m_forgetting; }

private:
    void showRuns();
    void refresh();
    void showState();
    void showRates();
    void take(const models::NextStep& next);
    void compareRemedies();
    std::vector<models::RunModel*> runs() const;

    bridge::Workbench& m_workbench;
    RunCurves* m_curves;
    RunSide* m_side;
    ForgettingMeter* m_forgetting; ///< of runs that learn on top of an old task
    ClosingBar* m_closing;
    StepStrip* m_step; ///< in the closing bar's place while somebody goes step by step
    QPointer<models::RunModel> m_shown;
};

}
