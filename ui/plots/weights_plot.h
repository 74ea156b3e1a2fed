// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/frames.h"

#include <QAbstractScrollArea>
#include <QRectF>

#include <map>
#include <optional>

namespace ui::plots {

/// How a tensor's mean, mean ± std and ends went over the steps.
struct WeightTrail {
    struct Point {
        double step = 0, mean = 0, low = 0, high = 0, min = 0, max = 0;
    };
    std::vector<Point> points;
    double last = 0; ///< the last step that is known
};
using WeightTrails = std::map<std::string, WeightTrail>;

/// The weights of a network at a step, tensor by tensor: how they are spread, and beside it how mean ± std and the
/// ends went over the steps. Small first layers of pictures are shown as the filters that they are.
class WeightsPlot final : public QAbstractScrollArea {
    Q_OBJECT

public:
    explicit WeightsPlot(QWidget* parent = nullptr);

    void setWeights(const core::events::WeightsFrame& frame);
    void setTrails(WeightTrails trails);
    void clear();
    const std::optional<core::events::WeightsFrame>& frame() const { return m_frame; }
    void setEmptyText(const QString& text);

    /// The tensor at a place of the viewport; −1: none.
    int layerAt(QPointF place) const;
    /// What the tooltip there says: numbers, and what they mean.
    QString describe(QPointF place) const;
    /// Where the histogram of a tensor stands in the viewport.
    QRectF histogramOf(int layer) const;

    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    using Layer = core::events::WeightsFrame::Layer;

    struct Row {
        QRectF head, filters, histogram, trail;
        double bottom = 0;
    };
    const WeightTrail* trailOf(const Layer& layer) const;
    std::vector<Row> rows() const;
    void updateBars();
    void paintHead(QPainter& painter, const Row& row, const Layer& layer) const;
    void paintFilters(QPainter& painter, const Row& row, const Layer& layer) const;
    void paintHistogram(QPainter& painter, const Row& row, const Layer& layer) const;
    void paintTrail(QPainter& painter, const Row& row, const WeightTrail& trail) const;

    std::optional<core::events::WeightsFrame> m_frame;
    WeightTrails m_trails;
    QString m_emptyText;
};

/// What a person should know of these weights, with ▲ before what is wrong; empty if nothing strikes.
QString remarkOn(const core::events::WeightsFrame::Layer& layer);
/// The spread that He's initialization would give this tensor; 0 for biases and norms.
double heSpread(const core::events::WeightsFrame::Layer& layer);

}
