// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/small_axes.h"

#include <QWidget>

#include <vector>

namespace ui::plots {

/// What was measured against what was set: a small plot of one curve, with values that can be taken over by a click.
class ResponsePlot final : public QWidget {
    Q_OBJECT

public:
    struct Choice {
        double x = 0;
        QString name; ///< `valley`
    };
    struct Spec {
        QString xTitle, yTitle;
        bool logX = true, logY = false, dots = false;
        std::vector<QPointF> curve;      ///< in rising x
        std::vector<QPointF> faint = {}; ///< behind it
        std::vector<Choice> choices = {};
        double mark = 0; ///< the x that is set now; 0: none
    };

    explicit ResponsePlot(QWidget* parent = nullptr);
    void setSpec(Spec spec);
    const Spec& spec() const { return m_spec; }
    /// Where a choice stands, for tests.
    QPointF placeOf(std::size_t choice) const;
    QSize sizeHint() const override { return {520, 280}; }

Q_SIGNALS:
    void chosen(int choice);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    SmallAxes axes() const;
    int choiceAt(const QPointF& position) const;
    double valueAt(double x) const;
    void paintChoices(QPainter& painter, const SmallAxes& axes) const;

    Spec m_spec;
    int m_hovered = -1;
};

}
