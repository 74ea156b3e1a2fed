// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/small_axes.h"

#include <QWidget>

#include <optional>
#include <vector>

namespace ui::plots {

/// How often a rule is wrong by its threshold: false alarms and misses as two stairs over one x axis. The threshold in
/// force stands as a line that is dragged, or moved by Left and Right; the one that is wrong least often as a tick.
class BenchPlot final : public QWidget {
    Q_OBJECT

public:
    struct Point {
        double threshold = 0;
        qint64 falseAlarms = 0, misses = 0;
    };
    struct Spec {
        QString parameter, empty; ///< of the x axis; what is said where there are no points
        std::vector<Point> points; ///< ascending
        qint64 healthy = 0, sick = 0;
        std::optional<double> threshold, best;
        bool log = false;
    };

    explicit BenchPlot(QWidget* parent = nullptr);
    void setSpec(Spec spec);
    const Spec& spec() const { return m_spec; }
    /// In pixels, for tests.
    QPointF handle() const;
    double xOf(double threshold) const;
    QSize sizeHint() const override { return {480, 200}; }

Q_SIGNALS:
    void thresholdMoved(double threshold);    ///< while it is dragged
    void thresholdReleased(double threshold); ///< at the end

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    SmallAxes axes() const;
    void move(double threshold);
    void paintStairs(QPainter& painter, const SmallAxes& axes, bool misses) const;
    void paintThreshold(QPainter& painter, const SmallAxes& axes) const;

    Spec m_spec;
    bool m_dragged = false;
};

}
