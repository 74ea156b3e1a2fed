// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/plot_specs.h"

#include <QRectF>
#include <QWidget>

#include <vector>

class QPainter;

namespace ui::style {
struct Theme;
}

namespace ui::plots {

/// One line of a thumbnail. Few points are enough; `thin` takes them from a buffer.
struct SparkCurve {
    std::vector<double> x, y;
    int color = 0;
    Line line = Line::Plain;
    bool dashed = false;
};

/// A thumbnail of curves without axes: for cards, run lists and blocks of the model.
struct SparkData {
    std::vector<SparkCurve> curves;
    bool logY = false;
    bool gap = false; ///< shades between the first training and the first validation curve
    double mark = std::numeric_limits<double>::quiet_NaN(); ///< x of a ring on the last curve (best)
    double broken =
        std::numeric_limits<double>::quiet_NaN();          ///< x where the run was interrupted: bar, then a dotted line
    double end = std::numeric_limits<double>::quiet_NaN(); ///< x of the right edge; else the last point
};

/// At most `points` points of the buffer: the smallest and largest of each stretch.
SparkCurve thin(const SeriesBuffer& buffer, int color, Line line, int points = 120);

/// Paints into `area`; for delegates.
void paintSparkline(QPainter& painter, const QRectF& area, const SparkData& data, const style::Theme& theme);

class Sparkline final : public QWidget {
    Q_OBJECT

public:
    using QWidget::QWidget;
    void setData(SparkData data);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    SparkData m_data;
};

}
