// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/ticks.h"

#include <QWidget>

#include <optional>
#include <vector>

namespace ui::plots {

/// When which rule fired: a lane each over the steps, a triangle at its first time, a tick at every other, and how it
/// stands at the end of the lane. A click or the arrow keys choose a rule.
class RuleLanes final : public QWidget {
    Q_OBJECT

public:
    struct Lane {
        QString name, state;       ///< `VanishingGradient`; `21 times`, `quiet`
        std::vector<double> steps; ///< ascending
        bool quiet = false;        ///< did not fire: muted
        QString tip = {};
    };

    explicit RuleLanes(QWidget* parent = nullptr);
    /// `last`: the run's newest step.
    void setLanes(std::vector<Lane> lanes, double last);
    const std::vector<Lane>& lanes() const { return m_lanes; }
    /// −1: none.
    int current() const { return m_current; }
    void setCurrent(int lane);
    /// A vertical line through all lanes: where the time bar stands.
    void setShownStep(std::optional<double> step);

    /// In pixels, for tests.
    QRectF laneAt(int lane) const;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

Q_SIGNALS:
    void chosen(int lane);
    /// A triangle or a tick was clicked.
    void stepChosen(double step);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    double left() const, right() const;
    double pixel(double step) const;
    int laneOf(const QPointF& position) const;
    /// The firing step under the pointer, or NaN.
    double stepAt(int lane, double x) const;
    void paintLane(QPainter& painter, int lane) const;
    void paintSteps(QPainter& painter, const Lane& lane, double y) const;

    std::vector<Lane> m_lanes;
    double m_last = 1;
    int m_current = -1, m_hovered = -1;
    std::optional<double> m_shownStep;
};

}
