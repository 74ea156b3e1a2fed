// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/look.h"

#include <QPointer>
#include <QWidget>

class QComboBox;
class QProgressBar;
class QPushButton;

namespace ui::bridge {
class Looker;
class Workbench;
}
namespace ui::models {
class RunModel;
}
namespace ui::plots {
class PlanePlot;
class ResponsePlot;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

/// The loss along the next step and on a plane around the weights of the step that is shown.
class LandscapeView final : public QWidget {
    Q_OBJECT

public:
    explicit LandscapeView(QWidget* parent = nullptr);
    ~LandscapeView() override;

    void setWorkbench(bridge::Workbench* bench);
    void setRun(const models::RunModel* run);
    void refresh();
    const std::optional<core::session::Landscape>& landscape() const { return m_landscape; }
    plots::ResponsePlot* line() const { return m_line; }
    plots::PlanePlot* plane() const { return m_plane; }
    QPushButton* surveyButton() const { return m_survey; }
    QString caption() const;

Q_SIGNALS:
    void captionChanged();

protected:
    void showEvent(QShowEvent* event) override;

private:
    void ask(bool plane);
    void take(core::base::Result<core::session::Seen> seen);
    void show();
    void showProgress();
    core::session::LandscapeWish::Directions directions() const;

    QPointer<bridge::Looker> m_looker;
    bridge::Workbench* m_bench = nullptr;
    const models::RunModel* m_run = nullptr;
    QComboBox* m_directions;
    QPushButton* m_survey;
    QProgressBar* m_progress;
    plots::ResponsePlot* m_line;
    plots::PlanePlot* m_plane;
    style::Label* m_note;
    std::optional<core::session::Landscape> m_landscape;
    std::optional<std::int64_t> m_askedStep;
};

}
