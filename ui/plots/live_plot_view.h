// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/live_plot.h"
#include "ui/plots/plot_scene.h"

#include <QElapsedTimer>
#include <QPoint>
#include <QTimer>

class QCPAxisRect;
class QCustomPlot;
class QEvent;
class QMouseEvent;
class QWheelEvent;

namespace ui::plots {

/// The scene on QCustomPlot: its axes and grids, and layers that the scene paints on.
class LivePlot::View {
public:
    explicit View(LivePlot& owner);

    /// Everything anew at the next tick, at most 30 times a second.
    void schedule();
    /// Everything anew, now.
    void draw();
    /// Ranges and areas for what was set since the last drawing.
    void prepare();
    /// Only the layer of the crosshair.
    void drawCursor();
    void applyTheme();
    void resize();
    /// Sum of the buffers' versions.
    std::uint64_t version() const;

    bool handle(QEvent& event);
    bool pressKey(int key, Qt::KeyboardModifiers modifiers);
    void menuAt(const QPoint& global, int panel);
    void moveCursor(double step, int panel, bool tell);
    void zoomX(double share, double factor);
    void showAll();
    void setRoute(int panel, Route route);
    /// Takes the point of the route that is nearest to the pointer out; false if none is there.
    bool removeRoutePoint(const QPointF& position);

    QByteArray png() const;
    QByteArray svg() const;

    PlotScene scene;
    double cursor = std::numeric_limits<double>::quiet_NaN();
    std::uint64_t drawnVersion = 0;

private:
    enum class Drag { None, Pan, Rectangle, Handle, Route };

    void buildRects();
    void styleAxes();
    void applyScene();
    void press(const QMouseEvent& event);
    void move(const QMouseEvent& event);
    void release(const QMouseEvent& event);
    void wheel(const QWheelEvent& event);
    void dragHandle(double y, bool done);
    int handleAt(const QPointF& position) const;
    bool routeAt(const QPointF& position) const;
    void dragRoute(const QPointF& position);
    void letRouteGo();
    void stepCursor(int points);
    void paintOverlay(QPainter& painter) const;

    LivePlot& m_owner;
    QCustomPlot* m_plot;
    std::vector<QCPAxisRect*> m_rects;
    QTimer m_timer;
    QElapsedTimer m_sinceDraw;
    mutable bool m_exporting = false;
    int m_cursorPanel = 0;
    Drag m_drag = Drag::None;
    bool m_dragged = false;
    int m_dragPanel = -1;
    QPointF m_pressed, m_last;
    RouteHand m_hand;
};

}
