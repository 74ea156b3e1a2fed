// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/small_axes.h"

#include <QWidget>

#include <vector>

namespace ui::plots {

/// Two futures of one moment side by side under one y axis: as it is, and with a change; the unchanged one also stands
/// dashed behind the changed one.
class FuturesPlot final : public QWidget {
    Q_OBJECT

public:
    struct Curve {
        QString name;
        std::vector<double> steps, values;
    };
    struct Spec {
        QString title; ///< `validation/loss`
        double from = 0, to = 1;
        bool log = false;
        ValueFormat format = ValueFormat::Number;
        Curve asItIs;
        std::vector<Curve> changed; ///< the first one, and of other seeds the others, faint
    };

    explicit FuturesPlot(QWidget* parent = nullptr);
    void setSpec(Spec spec);
    const Spec& spec() const { return m_spec; }
    QSize sizeHint() const override { return {540, 180}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    SmallAxes axes(bool right) const;
    QPolygonF drawn(const SmallAxes& axes, const Curve& curve) const;
    void paintHalf(QPainter& painter, bool right) const;

    Spec m_spec;
};

}
