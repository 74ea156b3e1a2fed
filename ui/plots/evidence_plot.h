// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/small_axes.h"

#include <QWidget>

#include <optional>
#include <vector>

namespace ui::plots {

/// What a rule looked at, against the threshold that it compares with. The threshold belongs to its axis: a coloured
/// tick, a tinted zone where the rule fires, a handle to drag (or Up and Down).
class EvidencePlot final : public QWidget {
    Q_OBJECT

public:
    struct Line {
        QString name;
        std::vector<double> steps, values;
        bool fires = false; ///< it meets the condition somewhere: in the colour of problems
    };
    struct Spec {
        QString title, empty;
        std::vector<Line> lines;
        std::optional<double> threshold;
        bool above = true;      ///< fires above it; else below
        bool draggable = false; ///< the threshold is a parameter
        bool log = false;
        double last = 1;             ///< the newest step
        std::optional<double> first; ///< the step of the first finding: a dotted line
    };

    explicit EvidencePlot(QWidget* parent = nullptr);
    void setSpec(Spec spec);
    const Spec& spec() const { return m_spec; }
    /// In pixels, for tests.
    QPointF handle() const;
    QSize sizeHint() const override { return {480, 220}; }

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
    void paintThreshold(QPainter& painter, const SmallAxes& axes) const;
    void paintLines(QPainter& painter, const SmallAxes& axes) const;
    void paintNames(QPainter& painter, const SmallAxes& axes) const;
    QColor colorOf(std::size_t line) const;

    Spec m_spec;
    bool m_dragged = false;
    Range m_range; ///< of the values; kept while the threshold is dragged
};

}
