// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/inspect.h"
#include "ui/bridge/preview.h"

#include <QWidget>

namespace ui::bridge {
class Workbench;
}

namespace ui::pages {

/// The learning rate over the run to come, small, under the form of the schedule; it follows every change.
class SchedulePreview final : public QWidget {
    Q_OBJECT

public:
    explicit SchedulePreview(bridge::Workbench& bench, QWidget* parent = nullptr);
    QSize sizeHint() const override { return {160, 116}; }
    const core::session::SchedulePreview& shown() const { return m_schedule; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void ask();
    static QString rangeText(double low, double high, const QFontMetrics& metrics, int room);

    bridge::Workbench& m_bench;
    bridge::Preview m_preview;
    core::session::SchedulePreview m_schedule;
    QString m_problem;
    core::base::Value m_asked;  ///< the parts of the experiment that the curve depends on
    core::base::Value m_rowsOf; ///< the data and split whose number of training rows is known
    std::int64_t m_rows = 0;
};

}
