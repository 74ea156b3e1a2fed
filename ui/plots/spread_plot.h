// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/small_axes.h"

#include <QWidget>

#include <vector>

namespace ui::plots {

/// A figure over repeated runs against what was varied: the mean as a line, one standard deviation on either side as a
/// band, a dot for each place. Pointing at a dot tells its numbers, a click chooses it.
class SpreadPlot final : public QWidget {
    Q_OBJECT

public:
    enum class Scale { Linear, Log, Log2 };
    struct Point {
        double x = 0, mean = 0, spread = 0;
        int runs = 0, diverged = 0;
        QString label;    ///< `batch 64`
        bool any = false; ///< a mean is there; else all its runs diverged
    };
    struct Curve {
        QString name, note;
        int color = 0;
        bool thin = false; ///< training: thin, validation: thick
        std::vector<Point> points;
    };
    struct Spec {
        QString yTitle, xTitle, empty;
        Scale scale = Scale::Linear;
        ValueFormat format = ValueFormat::Number;
        bool logY = false;
        std::vector<Curve> curves;
    };

    explicit SpreadPlot(QWidget* parent = nullptr);
    void setSpec(Spec spec);
    const Spec& spec() const { return m_spec; }
    /// In pixels, for tests.
    QPointF placeOf(std::size_t curve, std::size_t point) const;
    QSize sizeHint() const override { return {560, 340}; }

Q_SIGNALS:
    void chosen(int curve, int point);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;

private:
    struct Place {
        int curve = -1, point = -1;
        bool operator==(const Place&) const = default;
    };
    SmallAxes axes() const;
    Range valueRange() const;
    QPointF at(const SmallAxes& axes, const Point& point) const;
    Place nearest(const QPointF& position) const;
    QString text(double value) const;
    void light(Place place);
    void paintCurve(QPainter& painter, const SmallAxes& axes, std::size_t curve) const;
    void paintNames(QPainter& painter, const SmallAxes& axes) const;
    void paintChip(QPainter& painter, const SmallAxes& axes) const;

    Spec m_spec;
    Place m_lit;
};

}
