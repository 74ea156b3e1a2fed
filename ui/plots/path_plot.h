// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/curve_shape.h"

#include <QImage>
#include <QPolygonF>
#include <QWidget>

#include <array>
#include <vector>

namespace ui::plots {

/// Paths down a loss over two weights: contours that lie closer by equal factors towards the minimum, and each path up
/// to the step that is shown. Names stand at the right with the loss there; a click on one chooses its path.
class PathPlot final : public QWidget {
    Q_OBJECT

public:
    struct Ground {
        QString xName, yName;
        double left = 0, right = 1, bottom = 0, top = 1;
        int width = 0, height = 0;
        std::vector<float> loss; ///< row-major, the lowest row first
        double minX = 0, minY = 0, minLoss = 0;
    };
    struct Path {
        QString name, note;
        int color = 0;
        std::vector<std::array<double, 3>> points; ///< x, y, loss
    };

    explicit PathPlot(QWidget* parent = nullptr);
    void setContent(Ground ground, std::vector<Path> paths);
    void setEmptyText(const QString& text);
    void setStep(int step);
    int step() const { return m_step; }
    /// Of the longest path.
    int steps() const;
    const std::vector<Path>& paths() const { return m_paths; }
    const Ground& ground() const { return m_ground; }
    /// Where a path's name stands, for tests.
    QRectF nameRect(std::size_t path) const;
    QSize sizeHint() const override { return {620, 380}; }

Q_SIGNALS:
    void chosen(int path);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Axes {
        QRectF area;
        AxisMap x, y;
    };
    struct Ring {
        float level = 0;
        std::vector<QPolygonF> lines; ///< in cells
    };
    Axes axes() const;
    void tint();
    void paintGround(QPainter& painter, const Axes& axes) const;
    void paintPath(QPainter& painter, const Axes& axes, std::size_t path) const;
    void paintNames(QPainter& painter) const;

    Ground m_ground;
    std::vector<Path> m_paths;
    std::vector<Ring> m_rings;
    QImage m_image;
    QString m_empty;
    int m_step = 0, m_lit = -1;
};

}
