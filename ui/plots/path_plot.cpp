// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/path_plot.h"

#include "ui/plots/contour.h"
#include "ui/style/theme.h"

#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace ui::plots {

using style::theme;

namespace {

constexpr int rings = 14;
constexpr double fall = 0.55; ///< from one ring to the next, in height above the minimum

QColor blend(const QColor& a, const QColor& b, double share)
{
    const auto part = [share](int from, int to) { return int(std::lround(from + (to - from) * share)); };
    return {part(a.red(), b.red()), part(a.green(), b.green()), part(a.blue(), b.blue())};
}

}

PathPlot::PathPlot(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
    setMinimumSize(360, 240);
}

void PathPlot::setEmptyText(const QString& text)
{
    m_empty = text;
    update();
}

void PathPlot::setContent(Ground ground, std::vector<Path> paths)
{
    m_ground = std::move(ground);
    m_paths = std::move(paths);
    m_rings.clear();
    m_lit = -1;
    if (!m_ground.loss.empty()) {
        float high = float(m_ground.minLoss);
        for (const float value : m_ground.loss)
            if (std::isfinite(value))
                high = std::max(high, value);
        double above = double(high) - m_ground.minLoss;
        for (int ring = 0; ring < rings && above > 0; ++ring) {
            above *= fall;
            const auto level = float(m_ground.minLoss + above);
            m_rings.push_back({level, contours(m_ground.loss, m_ground.width, m_ground.height, level)});
        }
    }
    QStringList names;
    for (const Path& path : m_paths)
        names << path.name;
    setAccessibleName(tr("Loss over %1 and %2").arg(m_ground.xName, m_ground.yName));
    setAccessibleDescription(names.join(QStringLiteral(", ")));
    m_step = std::min(m_step, steps());
    tint();
    update();
}

int PathPlot::steps() const
{
    std::size_t most = 0;
    for (const Path& path : m_paths)
        most = std::max(most, path.points.size());
    return int(most) - 1;
}

void PathPlot::setStep(int step)
{
    m_step = std::clamp(step, 0, std::max(0, steps()));
    update();
}

/// The ground is pale, darker where the loss is high: paths are what is looked at.
void PathPlot::tint()
{
    m_image = {};
    if (m_ground.loss.empty())
        return;
    m_image = QImage(m_ground.width, m_ground.height, QImage::Format_RGB32);
    const auto high = *std::ranges::max_element(m_ground.loss);
    const double span = std::log1p(200.0);
    for (int row = 0; row < m_ground.height; ++row)
        for (int column = 0; column < m_ground.width; ++column) {
            const double value = double(m_ground.loss[std::size_t(row * m_ground.width + column)]) - m_ground.minLoss;
            const double share =
                std::log1p(std::max(0.0, value) * 200 / std::max(1e-12, double(high) - m_ground.minLoss)) / span;
            m_image.setPixelColor(column, m_ground.height - 1 - row,
                                  blend(theme().surface, theme().muted, 0.32 * std::clamp(share, 0.0, 1.0)));
        }
}

void PathPlot::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        tint();
    QWidget::changeEvent(event);
}

PathPlot::Axes PathPlot::axes() const
{
    const double s = theme().scale;
    Axes axes;
    axes.area = QRectF(60 * s, 12 * s, std::max(10.0, width() - 250 * s), std::max(10.0, height() - 58 * s));
    axes.x = {{m_ground.left, m_ground.right}, axes.area.left(), axes.area.right(), false};
    axes.y = {{m_ground.bottom, m_ground.top}, axes.area.bottom(), axes.area.top(), false};
    return axes;
}

QRectF PathPlot::nameRect(std::size_t path) const
{
    const double s = theme().scale;
    return {width() - 180 * s, (12 + double(path) * 46) * s, 178 * s, 42 * s};
}

void PathPlot::paintGround(QPainter& painter, const Axes& axes) const
{
    const double s = theme().scale;
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.drawImage(axes.area, m_image);
    painter.save();
    painter.setClipRect(axes.area);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor line = theme().muted;
    line.setAlphaF(0.45F);
    painter.setPen(QPen(line, 1));
    for (const Ring& ring : m_rings)
        for (const QPolygonF& cells : ring.lines) {
            QPolygonF drawn;
            // Grid points lie from corner to corner: the middle of the first cell is the first point.
            for (const QPointF& cell : cells)
                drawn << QPointF(axes.area.left() + (cell.x() - 0.5) / (m_ground.width - 1) * axes.area.width(),
                                 axes.area.bottom() - (cell.y() - 0.5) / (m_ground.height - 1) * axes.area.height());
            painter.drawPolyline(drawn);
        }
    const QPointF lowest(axes.x.pixel(m_ground.minX), axes.y.pixel(m_ground.minY));
    painter.setPen(QPen(theme().text, 1.5 * s));
    painter.drawLine(lowest - QPointF(6 * s, 0), lowest + QPointF(6 * s, 0));
    painter.drawLine(lowest - QPointF(0, 6 * s), lowest + QPointF(0, 6 * s));
    painter.restore();
    painter.setFont(theme().body());
    for (const Tick& tick :
         linearTicks(m_ground.left, m_ground.right, std::max(2, int(axes.area.width() / (90 * s))))) {
        painter.setPen(theme().muted);
        painter.drawText(QRectF(axes.x.pixel(tick.value) - 40 * s, axes.area.bottom() + 3 * s, 80 * s, 18 * s),
                         Qt::AlignCenter, tick.label);
    }
    for (const Tick& tick : linearTicks(m_ground.bottom, m_ground.top, std::max(2, int(axes.area.height() / (50 * s)))))
        painter.drawText(QRectF(0, axes.y.pixel(tick.value) - 10 * s, axes.area.left() - 8 * s, 20 * s),
                         Qt::AlignRight | Qt::AlignVCenter, tick.label);
    painter.drawText(QRectF(axes.area.left(), height() - 20 * s, axes.area.width(), 18 * s),
                     Qt::AlignRight | Qt::AlignVCenter, m_ground.xName + QStringLiteral(" →   ↑ ") + m_ground.yName);
}

void PathPlot::paintPath(QPainter& painter, const Axes& axes, std::size_t number) const
{
    const Path& path = m_paths[number];
    const double s = theme().scale;
    const QColor color = theme().run(path.color);
    QPolygonF line;
    for (int i = 0; i <= m_step && i < int(path.points.size()); ++i) {
        const auto& point = path.points[std::size_t(i)];
        if (!std::isfinite(point[0]) || !std::isfinite(point[1]))
            break;
        // What left the picture is drawn up to a little outside of it.
        const auto near = [](double pixel) { return std::clamp(pixel, -1e4, 1e4); };
        line << QPointF(near(axes.x.pixel(point[0])), near(axes.y.pixel(point[1])));
    }
    if (line.isEmpty())
        return;
    painter.save();
    painter.setClipRect(axes.area.adjusted(-6, -6, 6, 6));
    painter.setPen(QPen(color, (m_lit == int(number) ? 3.5 : 2) * s));
    painter.setBrush(Qt::NoBrush);
    painter.drawPolyline(line);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    if (steps() <= 200)
        for (const QPointF& point : line)
            painter.drawEllipse(point, 1.8 * s, 1.8 * s);
    painter.setPen(QPen(theme().surface, 1.5 * s));
    painter.drawEllipse(line.back(), 5.5 * s, 5.5 * s);
    painter.restore();
}

void PathPlot::paintNames(QPainter& painter) const
{
    const double s = theme().scale;
    for (std::size_t i = 0; i < m_paths.size(); ++i) {
        const Path& path = m_paths[i];
        const QRectF room = nameRect(i);
        if (path.points.empty() || room.bottom() > height())
            continue;
        const auto last = std::size_t(std::min<int>(m_step, int(path.points.size()) - 1));
        const double loss = path.points[last][2];
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme().run(path.color));
        painter.drawEllipse(QPointF(room.left() + 6 * s, room.top() + 10 * s), 4.5 * s, 4.5 * s);
        painter.setPen(theme().runText(path.color));
        painter.setFont(theme().strong());
        painter.drawText(room.adjusted(18 * s, 0, 0, 0), Qt::AlignLeft | Qt::AlignTop, path.name);
        painter.setPen(std::isfinite(loss) ? theme().muted : theme().problem);
        painter.setFont(theme().body());
        const QString note = path.note.isEmpty() ? QString() : QStringLiteral(", ") + path.note;
        painter.drawText(room.adjusted(18 * s, 19 * s, 0, 0), Qt::AlignLeft | Qt::AlignTop,
                         (std::isfinite(loss) ? tr("loss %1").arg(style::number(loss)) : tr("left the surface")) +
                             note);
    }
}

void PathPlot::mouseMoveEvent(QMouseEvent* event)
{
    int lit = -1;
    for (std::size_t i = 0; i < m_paths.size(); ++i)
        if (nameRect(i).contains(event->position()))
            lit = int(i);
    if (lit == m_lit)
        return;
    m_lit = lit;
    setCursor(lit >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    update();
}

void PathPlot::leaveEvent(QEvent*)
{
    m_lit = -1;
    update();
}

void PathPlot::mousePressEvent(QMouseEvent* event)
{
    for (std::size_t i = 0; i < m_paths.size(); ++i)
        if (event->button() == Qt::LeftButton && nameRect(i).contains(event->position()))
            Q_EMIT chosen(int(i));
}

void PathPlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    if (m_image.isNull()) {
        painter.setPen(theme().muted);
        painter.setFont(theme().body());
        painter.drawText(rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap, m_empty);
        return;
    }
    const Axes place = axes();
    paintGround(painter, place);
    painter.setRenderHint(QPainter::Antialiasing);
    for (std::size_t i = 0; i < m_paths.size(); ++i)
        paintPath(painter, place, i);
    paintNames(painter);
}

}
