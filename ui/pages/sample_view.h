// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/look.h"

#include <QPointer>
#include <QTimer>
#include <QWidget>

class QComboBox;
class QSpinBox;
class QPushButton;

namespace ui::bridge {
class Looker;
class Workbench;
}
namespace ui::models {
class RunModel;
}
namespace ui::plots {
class BarList;
class ImageWall;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

/// One row as the network sees it at the step that is shown: what it says, where it looks, what each layer makes of it,
/// and the filters.
class SampleView final : public QWidget {
    Q_OBJECT

public:
    explicit SampleView(QWidget* parent = nullptr);
    ~SampleView() override;

    void setWorkbench(bridge::Workbench* bench);
    void setRun(const models::RunModel* run);
    void refresh();
    void showRow(std::int64_t row);
    const std::optional<core::session::SampleLook>& look() const { return m_look; }
    plots::ImageWall* wall() const { return m_wall; }
    plots::BarList* scores() const { return m_scores; }
    QComboBox* layers() const { return m_layers; }
    /// `step 350`
    QString caption() const;

Q_SIGNALS:
    void captionChanged();

protected:
    void showEvent(QShowEvent* event) override;

private:
    void ask();
    void take(core::base::Result<core::session::Seen> seen);
    void showLook();
    void showLayers();
    void showStack();
    void walk(int by);
    QString className(std::int64_t c) const;

    QPointer<bridge::Looker> m_looker;
    bridge::Workbench* m_bench = nullptr;
    const models::RunModel* m_run = nullptr;
    QSpinBox* m_row;
    QPushButton *m_before, *m_next;
    QComboBox* m_target;
    style::Label *m_said, *m_state;
    class Pictures;
    Pictures* m_pictures;
    plots::BarList* m_scores;
    QComboBox* m_layers;
    plots::ImageWall* m_wall;
    style::Label* m_wallNote;
    std::optional<core::session::SampleLook> m_look;
    std::optional<std::int64_t> m_askedStep; ///< where the last wish looked; −1: live
    std::int64_t m_wanted = -1, m_wantedTarget = -1;
    bool m_failed = false;
    QTimer m_again;
};

}
