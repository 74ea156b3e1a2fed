// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/export_file.h"
#include "ui/plots/live_plot_view.h"
#include "ui/plots/series_buffer.h"
#include "ui/style/theme.h"

#include <QApplication>
#include <QClipboard>
#include <QMenu>
#include <QMouseEvent>

#include <algorithm>

namespace ui::plots {

namespace {

constexpr std::size_t mostCopied = 200000; ///< rows that a clipboard should hold

/// Rough mouse wheels and fine touchpads zoom alike.
double wheelFactor(const QWheelEvent& event)
{
    return std::pow(0.8, event.angleDelta().y() / 120.0);
}

}

bool LivePlot::View::handle(QEvent& event)
{
    switch (event.type()) {
    case QEvent::MouseButtonPress:
        press(static_cast<QMouseEvent&>(event));
        return true;
    case QEvent::MouseMove:
        move(static_cast<QMouseEvent&>(event));
        return true;
    case QEvent::MouseButtonRelease:
        release(static_cast<QMouseEvent&>(event));
        return true;
    case QEvent::MouseButtonDblClick:
        if (!removeRoutePoint(static_cast<QMouseEvent&>(event).position()))
            showAll();
        return true;
    case QEvent::Wheel:
        wheel(static_cast<QWheelEvent&>(event));
        return true;
    case QEvent::Leave:
        moveCursor(std::numeric_limits<double>::quiet_NaN(), -1, false);
        Q_EMIT m_owner.cursorLeft();
        return false;
    default:
        return false;
    }
}

void LivePlot::View::press(const QMouseEvent& event)
{
    m_owner.setFocus(Qt::MouseFocusReason);
    m_owner.setProperty("keyboardFocus", false);
    if (event.button() != Qt::LeftButton || scene.empty)
        return;
    m_pressed = m_last = event.position();
    m_dragged = false;
    m_dragPanel = handleAt(event.position());
    if (m_dragPanel >= 0) {
        m_drag = Drag::Handle;
        return;
    }
    m_dragPanel = scene.panelAt(event.position());
    if (routeAt(event.position()) &&
        m_hand.press(scene.route, routeMap(scene), event.position(), RouteHand::reach * style::theme().scale)) {
        m_drag = Drag::Route;
        return;
    }
    if (m_dragPanel >= 0)
        m_drag = event.modifiers() & Qt::ShiftModifier ? Drag::Rectangle : Drag::Pan;
}

void LivePlot::View::move(const QMouseEvent& event)
{
    const QPointF at = event.position();
    if (m_drag != Drag::None && (at - m_pressed).manhattanLength() >= QApplication::startDragDistance())
        m_dragged = true;
    if (m_drag == Drag::Handle) {
        dragHandle(at.y(), false);
    } else if (m_drag == Drag::Pan && m_dragged) {
        const QRectF& area = scene.places[std::size_t(m_dragPanel)].area;
        ViewWindow& panel = scene.panelWindows[std::size_t(m_dragPanel)];
        scene.window.pan((m_last.x() - at.x()) / area.width(), scene.xData, scene.logX);
        panel.pan((at.y() - m_last.y()) / area.height(), scene.places[std::size_t(m_dragPanel)].data,
                  scene.panels[std::size_t(m_dragPanel)].logY);
        schedule();
    }
    if (m_drag == Drag::Route && m_dragged)
        dragRoute(at);
    const bool overRoute = m_drag == Drag::Route || (m_drag == Drag::None && routeAt(at));
    const bool overHandle = m_drag == Drag::Handle || handleAt(at) >= 0;
    m_owner.setCursor(overHandle                         ? Qt::SizeVerCursor
                      : overRoute                        ? Qt::PointingHandCursor
                      : m_drag == Drag::Pan && m_dragged ? Qt::ClosedHandCursor
                                                         : Qt::ArrowCursor);
    m_last = at;
    const int panel = scene.panelAt(at);
    if (m_drag == Drag::Rectangle)
        drawCursor();
    else if (panel >= 0 && !scene.empty)
        moveCursor(std::max(0.0, std::round(scene.stepOfX(scene.x.value(at.x())))), panel, true);
    else if (!std::isnan(cursor)) {
        moveCursor(std::numeric_limits<double>::quiet_NaN(), -1, false);
        Q_EMIT m_owner.cursorLeft();
    }
}

void LivePlot::View::release(const QMouseEvent& event)
{
    const Drag drag = std::exchange(m_drag, Drag::None);
    if (event.button() != Qt::LeftButton || drag == Drag::None)
        return;
    if (drag == Drag::Handle) {
        dragHandle(event.position().y(), true);
    } else if (drag == Drag::Route && m_dragged) {
        letRouteGo();
    } else if (!m_dragged) {
        m_hand.release();
        Q_EMIT m_owner.stepClicked(std::round(scene.stepOfX(scene.x.value(event.position().x()))));
    } else if (drag == Drag::Rectangle) {
        const PlotScene::Panel& place = scene.places[std::size_t(m_dragPanel)];
        const QRectF box = QRectF(m_pressed, event.position()).normalized().intersected(place.area);
        if (box.width() > 3)
            scene.window.show({scene.x.value(box.left()), scene.x.value(box.right())}, scene.xData);
        if (box.height() > 3)
            scene.panelWindows[std::size_t(m_dragPanel)].show({place.y.value(box.bottom()), place.y.value(box.top())},
                                                              place.data);
        schedule();
        Q_EMIT m_owner.viewChanged();
    } else {
        Q_EMIT m_owner.viewChanged();
    }
    drawCursor();
}

void LivePlot::View::wheel(const QWheelEvent& event)
{
    const int panel = scene.panelAt(event.position());
    if (panel < 0 || scene.empty || event.angleDelta().y() == 0)
        return;
    if (event.modifiers() & Qt::ControlModifier) {
        const PlotScene::Panel& place = scene.places[std::size_t(panel)];
        scene.panelWindows[std::size_t(panel)].zoom((place.y.from - event.position().y()) / place.area.height(),
                                                    wheelFactor(event), place.data, place.y.log);
        schedule();
        Q_EMIT m_owner.viewChanged();
        return;
    }
    zoomX((event.position().x() - scene.x.from) / (scene.x.to - scene.x.from), wheelFactor(event));
}

void LivePlot::View::zoomX(double share, double factor)
{
    scene.window.zoom(std::clamp(share, 0.0, 1.0), factor, scene.xData, scene.logX);
    schedule();
    Q_EMIT m_owner.viewChanged();
}

void LivePlot::View::showAll()
{
    scene.window.reset();
    for (ViewWindow& window : scene.panelWindows)
        window.reset();
    schedule();
    Q_EMIT m_owner.viewChanged();
}

int LivePlot::View::handleAt(const QPointF& position) const
{
    const int panel = scene.panelAt(position);
    if (panel < 0)
        return -1;
    const std::optional<HandleSpec>& handle = scene.panels[std::size_t(panel)].handle;
    const AxisMap& y = scene.places[std::size_t(panel)].y;
    if (!handle || !handle->movable || (y.log && handle->value <= 0))
        return -1;
    return std::abs(y.pixel(handle->value) - position.y()) <= 6 * style::theme().scale ? panel : -1;
}

void LivePlot::View::dragHandle(double y, bool done)
{
    const PlotScene::Panel& place = scene.places[std::size_t(m_dragPanel)];
    const double value = place.y.value(std::clamp(y, place.area.top(), place.area.bottom() - 1));
    scene.panels[std::size_t(m_dragPanel)].handle->value = value;
    schedule();
    Q_EMIT m_owner.handleMoved(m_dragPanel, value, done);
}

/// To the next point of the curve with the most points, but at least a pixel.
void LivePlot::View::stepCursor(int points)
{
    const CurveSource* finest = nullptr;
    for (const PlotScene::Curve& shape : scene.shapes)
        if (shape.source.buffer && (!finest || shape.source.buffer->size() > finest->buffer->size()))
            finest = &shape.source;
    if (!finest || finest->buffer->empty())
        return;
    const double pixel = scene.x.value(scene.x.from + std::abs(points)) - scene.x.range.lo;
    const bool shown = !std::isnan(cursor);
    const double now = shown ? cursor : scene.stepOfX(scene.x.range.hi);
    const double far = std::abs(scene.stepOfX(scene.x.range.lo + pixel) - scene.stepOfX(scene.x.range.lo));
    double next = shown ? now + (points < 0 ? -far : far) : now;
    if (shown) {
        const auto size = std::ptrdiff_t(finest->buffer->size());
        const std::ptrdiff_t index =
            std::clamp<std::ptrdiff_t>(std::ptrdiff_t(finest->buffer->lowerBound(now)) + points, 0, size - 1);
        const double byPoint = finest->buffer->step(std::size_t(index));
        next = points < 0 ? std::min(next, byPoint) : std::max(next, byPoint);
    }
    const double first = std::ceil(scene.stepOfX(scene.x.range.lo)), last = std::floor(scene.stepOfX(scene.x.range.hi));
    moveCursor(std::clamp(std::round(next), std::min(first, last), last), -1, true);
}

bool LivePlot::View::pressKey(int key, Qt::KeyboardModifiers modifiers)
{
    const int far = modifiers & (Qt::ControlModifier | Qt::ShiftModifier) ? 10 : 1;
    const double middle = std::isnan(cursor) ? 0.5 : scene.x.share(scene.xOfStep(cursor));
    m_owner.setProperty("keyboardFocus", true);
    switch (key) {
    case Qt::Key_Left:
        stepCursor(-far);
        return true;
    case Qt::Key_Right:
        stepCursor(far);
        return true;
    case Qt::Key_Up:
    case Qt::Key_Down:
        if (!scene.places.empty())
            m_cursorPanel = std::clamp(m_cursorPanel + (key == Qt::Key_Up ? -1 : 1), 0, int(scene.places.size()) - 1);
        drawCursor();
        return true;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        zoomX(middle, 0.5);
        return true;
    case Qt::Key_Minus:
        zoomX(middle, 2);
        return true;
    case Qt::Key_Home:
        showAll();
        return true;
    case Qt::Key_Escape:
        if (std::isnan(cursor))
            return false;
        moveCursor(std::numeric_limits<double>::quiet_NaN(), -1, false);
        Q_EMIT m_owner.cursorLeft();
        return true;
    default:
        return false;
    }
}

void LivePlot::View::menuAt(const QPoint& global, int panel)
{
    auto* menu = new QMenu(&m_owner);
    menu->addAction(QObject::tr("Show everything"), [this] { showAll(); });
    menu->addSeparator();
    for (std::size_t p = 0; p < scene.panels.size(); ++p) {
        if (panel >= 0 && std::size_t(panel) != p)
            continue;
        QAction* log = menu->addAction(QObject::tr("%1 on a logarithmic axis").arg(scene.panels[p].title));
        log->setCheckable(true);
        log->setChecked(scene.panels[p].logY);
        QObject::connect(log, &QAction::toggled, &m_owner, [this, p](bool on) {
            m_owner.setLogY(int(p), on);
            Q_EMIT m_owner.logYChanged(int(p), on);
        });
    }
    QAction* logX = menu->addAction(QObject::tr("Logarithmic steps"));
    logX->setCheckable(true);
    logX->setChecked(scene.logX);
    QObject::connect(logX, &QAction::toggled, &m_owner, [this](bool on) {
        m_owner.setLogX(on);
        Q_EMIT m_owner.logXChanged(on);
    });
    menu->addSeparator();
    const bool few = pointsInView(scene) <= mostCopied;
    QAction* copy =
        menu->addAction(few ? QObject::tr("Copy the numbers") : QObject::tr("Copy the numbers (too many: export them)"),
                        [this] { QApplication::clipboard()->setText(m_owner.csv()); });
    copy->setEnabled(few);
    const auto save = [this](const QString& path) {
        const QString kind = path.section(QLatin1Char('.'), -1).toLower();
        return kind == QLatin1String("svg")   ? m_owner.saveSvg(path)
               : kind == QLatin1String("csv") ? m_owner.saveCsv(path)
                                              : m_owner.savePng(path);
    };
    const auto picture = [this] { return QImage::fromData(png(), "PNG"); };
    addExportActions(*menu, m_owner,
                     {picture, save, {QStringLiteral("png"), QStringLiteral("svg"), QStringLiteral("csv")}});
    menu->popup(global);
}

}
