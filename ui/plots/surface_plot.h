// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/events/event.h"

#include <QImage>
#include <QStringList>
#include <QWidget>

#include <memory>
#include <vector>

namespace ui::style {
struct Theme;
}

namespace ui::plots {

/// A row of the data in the plane of two features.
struct SurfacePoint {
    double x = 0, y = 0;
    int cls = 0;
    bool validation = false; ///< drawn hollow
};

/// The surface of `frame` as a picture of `size` pixels with its p = 0.5 contour (two classes) or the borders between
/// the classes; regression gives the sequential scale.
QImage surfaceImage(const core::events::SurfaceFrame& frame, QSize size, const style::Theme& theme,
                    bool contour = true);

/// What a network says over the plane of two features, with the data on it; without a frame a scatter plot.
class SurfacePlot final : public QWidget {
    Q_OBJECT

public:
    explicit SurfacePlot(QWidget* parent = nullptr);
    ~SurfacePlot() override;

    /// Axis titles with their units.
    void setFeatures(const QString& x, const QString& y);
    void setClasses(const QStringList& names);
    void setPoints(std::vector<SurfacePoint> points);
    void setFrame(const core::events::SurfaceFrame& frame);
    void clearFrame();
    void setEmptyText(const QString& text);
    /// Both axes reach at least from −`half` to `half`, so that an empty plane can be drawn on; 0: as the points go.
    void setLeastReach(double half);
    void setLegendShown(bool on);
    void setScaleShown(bool on);
    /// The pointer draws: stroke() tells where, instead of tooltips.
    void setDrawing(bool on);
    core::base::Status savePng(const QString& path) const;
    core::base::Status saveSvg(const QString& path) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    /// The pointer is over a place of the plane; `point` is the index of the datum under it or -1.
    void hovered(double x, double y, int point);
    /// While drawing: the button went down, the pointer moved with it, the button came up. `point` as above.
    void stroke(double x, double y, int point, bool begins, bool ends);

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    class Work;
    void tellStroke(QPointF at, bool begins, bool ends);

    std::unique_ptr<Work> m_work;
    bool m_drawing = false, m_stroke = false;
};

}
