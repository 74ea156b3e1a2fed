// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/route.h"

#include <QWidget>

namespace ui::bridge {
class Workbench;
}

namespace ui::pages {

/// The learning rate over the run to come, small, under the form of the schedule; it follows every change, and its
/// points are dragged. A press on the line makes a new point, a double click takes one out. By keys: left and right
/// choose a point, up and down move it by a tenth (with Shift by a hundredth), Insert and Delete.
class SchedulePreview final : public QWidget {
    Q_OBJECT

public:
    explicit SchedulePreview(bridge::Workbench& bench, QWidget* parent = nullptr);
    QSize sizeHint() const override { return {160, 132}; }
    /// Where the rate of a step stands, for tests.
    QPointF placeOf(double step) const;

protected:
    void paintEvent(QPaintEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    void ask();
    void letGo();
    QRectF plotArea() const;
    plots::RouteMap map() const;
    plots::Route route() const;
    /// The highest rate that the curve is drawn for.
    double top() const;
    void nudge(double factor);
    static QString rangeText(double low, double high, const QFontMetrics& metrics, int room);

    bridge::Workbench& m_bench;
    plots::RouteHand m_hand;
    double m_heldTop = 0; ///< the scale stays while a hand holds a point
    bool m_dragged = false;
    int m_chosen = -1; ///< the point that keys move
    int m_hovered = -1;
};

}
