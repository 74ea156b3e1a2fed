// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/surface_plot.h"

#include "ui/plots/export_file.h"
#include "ui/plots/surface_field.h"
#include "ui/plots/surface_scene.h"
#include "ui/style/theme.h"

#include <QContextMenuEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <utility>

namespace ui::plots {

using core::base::Status;

/// The scene with what has been painted of it: a new surface leaves the points as they are and the other way round.
class SurfacePlot::Work {
public:
    explicit Work(SurfacePlot& owner) : m_owner(owner) {}

    SurfaceScene scene;
    SurfacePlan plan;

    /// Everything is looked at anew.
    void change()
    {
        m_image = {};
        m_layer = {};
        m_planned = {};
        m_owner.update();
    }

    /// Only the numbers of the surface have changed.
    void changeSurface()
    {
        m_image = {};
        m_owner.update();
    }

    void prepare()
    {
        if (m_planned == m_owner.size())
            return;
        m_planned = m_owner.size();
        plan = planOf(scene, m_owner.size(), style::theme());
        m_image = {};
        m_layer = {};
    }

    void paint(QPainter& painter)
    {
        prepare();
        const double ratio = m_owner.devicePixelRatioF();
        const QSize pixels = (plan.plot.size() * ratio).toSize();
        if (scene.framed()) {
            if (m_image.size() != pixels)
                m_image = surfaceImage(scene.frame, pixels, style::theme(), false);
            painter.drawImage(plan.plot, m_image);
        }
        paintFrame(painter, scene, plan, style::theme());
        if (m_layer.size() != pixels) {
            m_layer = QImage(pixels, QImage::Format_ARGB32_Premultiplied);
            m_layer.fill(Qt::transparent);
            QPainter layer(&m_layer);
            layer.scale(pixels.width() / plan.plot.width(), pixels.height() / plan.plot.height());
            layer.translate(-plan.plot.topLeft());
            paintPoints(layer, scene, plan, style::theme());
        }
        painter.drawImage(plan.plot, m_layer);
    }

    /// For files: on the ground, nothing kept; lines and points stay lines and points.
    void paintWhole(QPainter& painter, QSize size, double ratio) const
    {
        const style::Theme& theme = style::theme();
        const SurfacePlan whole = planOf(scene, size, theme);
        painter.fillRect(QRect(QPoint(0, 0), size), theme.ground);
        if (scene.framed())
            painter.drawImage(whole.plot,
                              surfaceImage(scene.frame, (whole.plot.size() * ratio).toSize(), theme, false));
        paintFrame(painter, scene, whole, theme);
        paintPoints(painter, scene, whole, theme);
    }

    int pointAt(QPointF position) const
    {
        int best = -1;
        double nearest = 8 * style::theme().scale;
        for (std::size_t i = 0; i < scene.points.size(); ++i) {
            const QPointF away = plan.place(scene.points[i].x, scene.points[i].y) - position;
            if (const double distance = std::hypot(away.x(), away.y()); distance < nearest) {
                nearest = distance;
                best = int(i);
            }
        }
        return best;
    }

    QString describe(double x, double y, int index) const
    {
        QStringList lines;
        if (index >= 0) {
            const SurfacePoint& point = scene.points[std::size_t(index)];
            x = point.x;
            y = point.y;
            const QString split = point.validation ? tr("validation") : tr("training");
            lines << (scene.classifies() ? tr("%1 · %2").arg(scene.className(point.cls), split) : split);
        }
        const SurfaceAnswer answer = answerAt(scene.frame, x, y);
        if (answer.cls >= 0)
            lines << tr("the network says %1 (%2)").arg(scene.className(answer.cls), style::percent(answer.value));
        else if (answer.cls == -1)
            lines << tr("the network says %1").arg(style::number(answer.value));
        const auto named = [](const QString& title, const char* letter) {
            return title.isEmpty() ? QString::fromLatin1(letter) : title;
        };
        lines << QStringLiteral("%1 %2, %3 %4")
                     .arg(named(scene.xTitle, "x"), style::number(x, 3), named(scene.yTitle, "y"), style::number(y, 3));
        return lines.join(QLatin1Char('\n'));
    }

private:
    SurfacePlot& m_owner;
    QSize m_planned;
    QImage m_image, m_layer;
};

SurfacePlot::SurfacePlot(QWidget* parent) : QWidget(parent), m_work(std::make_unique<Work>(*this))
{
    setMouseTracking(true);
    setFocusPolicy(Qt::TabFocus); // its menu opens by key
    setAccessibleName(tr("Decision surface"));
}

SurfacePlot::~SurfacePlot() = default;

void SurfacePlot::setFeatures(const QString& x, const QString& y)
{
    m_work->scene.xTitle = x;
    m_work->scene.yTitle = y;
    setAccessibleDescription(x.isEmpty() ? QString() : tr("%1 across, %2 upwards").arg(x, y));
    m_work->change();
}

void SurfacePlot::setClasses(const QStringList& names)
{
    if (names == m_work->scene.classes)
        return;
    m_work->scene.classes = names;
    m_work->change();
}

void SurfacePlot::setPoints(std::vector<SurfacePoint> points)
{
    m_work->scene.points = std::move(points);
    m_work->change();
}

void SurfacePlot::setFrame(const core::events::SurfaceFrame& frame)
{
    const SurfaceField field(frame);
    if (field.empty()) {
        clearFrame();
        return;
    }
    SurfaceScene& scene = m_work->scene;
    const core::events::SurfaceFrame& last = scene.frame;
    const bool sameAxes = scene.framed() && last.classes == frame.classes && last.left == frame.left &&
                          last.right == frame.right && last.bottom == frame.bottom && last.top == frame.top;
    scene.frame = frame;
    scene.borders = surfaceBorders(field, frame.classes);
    if (sameAxes)
        m_work->changeSurface();
    else
        m_work->change();
}

void SurfacePlot::clearFrame()
{
    m_work->scene.frame = {};
    m_work->scene.borders.clear();
    m_work->change();
}

void SurfacePlot::setEmptyText(const QString& text)
{
    m_work->scene.emptyText = text;
    update();
}

void SurfacePlot::setLeastReach(double half)
{
    if (half == m_work->scene.leastReach)
        return;
    m_work->scene.leastReach = half;
    m_work->change();
}

void SurfacePlot::setLegendShown(bool on)
{
    m_work->scene.legend = on;
    m_work->change();
}

void SurfacePlot::setScaleShown(bool on)
{
    m_work->scene.scale = on;
    m_work->change();
}

Status SurfacePlot::savePng(const QString& path) const
{
    return saveAsPng(*this, path);
}

Status SurfacePlot::saveSvg(const QString& path) const
{
    return saveAsSvg(size(), accessibleName(), path,
                     [this](QPainter& painter) { m_work->paintWhole(painter, size(), 2); });
}

QSize SurfacePlot::sizeHint() const
{
    return QSize(352, 392) * style::theme().scale;
}

QSize SurfacePlot::minimumSizeHint() const
{
    return QSize(200, 200) * style::theme().scale;
}

void SurfacePlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const style::Theme& theme = style::theme();
    if (m_work->scene.empty()) {
        painter.setFont(theme.body());
        painter.setPen(theme.muted);
        painter.drawText(rect().adjusted(16, 16, -16, -16), Qt::AlignCenter | Qt::TextWordWrap,
                         m_work->scene.emptyText);
    } else {
        m_work->paint(painter);
        if (!m_work->scene.framed() && m_work->scene.points.empty()) {
            painter.setFont(theme.body());
            painter.setPen(theme.muted);
            painter.drawText(m_work->plan.plot.adjusted(16, 16, -16, -16), Qt::AlignCenter | Qt::TextWordWrap,
                             m_work->scene.emptyText);
        }
    }
    if (hasFocus()) {
        painter.setPen(QPen(theme.accent, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(m_work->scene.empty() ? QRectF(rect()).adjusted(1, 1, -1, -1) : m_work->plan.plot);
    }
}

void SurfacePlot::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::LanguageChange) {
        m_work->change();
        updateGeometry();
    }
    QWidget::changeEvent(event);
}

void SurfacePlot::setDrawing(bool on)
{
    m_drawing = on;
    m_stroke = false;
    setCursor(on ? Qt::CrossCursor : Qt::ArrowCursor);
}

void SurfacePlot::tellStroke(QPointF at, bool begins, bool ends)
{
    m_work->prepare();
    const SurfacePlan& plan = m_work->plan;
    const QPointF inside(std::clamp(at.x(), plan.plot.left(), plan.plot.right()),
                         std::clamp(at.y(), plan.plot.top(), plan.plot.bottom()));
    Q_EMIT stroke(plan.x.lo + plan.x.span() * (inside.x() - plan.plot.left()) / plan.plot.width(),
                  plan.y.lo + plan.y.span() * (plan.plot.bottom() - inside.y()) / plan.plot.height(),
                  m_work->pointAt(inside), begins, ends);
}

void SurfacePlot::mousePressEvent(QMouseEvent* event)
{
    m_stroke = m_drawing && event->button() == Qt::LeftButton && !m_work->scene.empty();
    if (m_stroke)
        tellStroke(event->position(), true, false);
}

void SurfacePlot::mouseReleaseEvent(QMouseEvent* event)
{
    if (std::exchange(m_stroke, false))
        tellStroke(event->position(), false, true);
}

void SurfacePlot::mouseMoveEvent(QMouseEvent* event)
{
    if (m_work->scene.empty())
        return;
    if (m_stroke)
        tellStroke(event->position(), false, false);
    if (m_drawing)
        return;
    m_work->prepare();
    const SurfacePlan& plan = m_work->plan;
    const QPointF at = event->position();
    if (!plan.plot.contains(at)) {
        QToolTip::hideText();
        return;
    }
    const double x = plan.x.lo + plan.x.span() * (at.x() - plan.plot.left()) / plan.plot.width();
    const double y = plan.y.lo + plan.y.span() * (plan.plot.bottom() - at.y()) / plan.plot.height();
    const int point = m_work->pointAt(at);
    QToolTip::showText(event->globalPosition().toPoint(), m_work->describe(x, y, point), this);
    Q_EMIT hovered(x, y, point);
}

void SurfacePlot::leaveEvent(QEvent* event)
{
    QToolTip::hideText();
    QWidget::leaveEvent(event);
}

void SurfacePlot::contextMenuEvent(QContextMenuEvent* event)
{
    if (m_work->scene.empty())
        return;
    auto* menu = new QMenu(this);
    addExportActions(*menu, *this,
                     {[this] { return pictureOf(*this); },
                      [this](const QString& path) {
                          return path.endsWith(QLatin1String(".svg"), Qt::CaseInsensitive) ? saveSvg(path)
                                                                                           : savePng(path);
                      },
                      {QStringLiteral("png"), QStringLiteral("svg")}});
    menu->popup(event->reason() == QContextMenuEvent::Keyboard ? mapToGlobal(rect().center()) : event->globalPos());
}

}
