// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/study_plot.h"

#include "ui/plots/contour.h"
#include "ui/style/theme.h"

#include <QEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace ui::plots {

using style::theme;

namespace {

constexpr double near = 10; ///< of the mouse
constexpr int fieldLines = 7;

double lengthTo(const QPointF& p, const QPointF& a, const QPointF& b)
{
    const QPointF along = b - a;
    const double length = QPointF::dotProduct(along, along);
    const double t = length > 0 ? std::clamp(QPointF::dotProduct(p - a, along) / length, 0.0, 1.0) : 0;
    const QPointF off = p - (a + t * along);
    return std::hypot(off.x(), off.y());
}

}

StudyPlot::StudyPlot(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
}

void StudyPlot::setSpec(Spec spec)
{
    m_spec = std::move(spec);
    setAccessibleName(m_spec.name);
    setAccessibleDescription(empty() ? m_spec.empty : tr("%n trials", nullptr, int(m_spec.items.size())));
    makeImage();
    update();
}

void StudyPlot::setLit(qint64 trial)
{
    m_lit = trial;
    update();
}

void StudyPlot::setFaded(std::vector<qint64> trials)
{
    m_faded = std::move(trials);
    std::ranges::sort(m_faded);
    update();
}

void StudyPlot::setPicked(std::optional<QPointF> place)
{
    m_picked = place;
    update();
}

bool StudyPlot::empty() const
{
    return m_spec.items.empty() && m_spec.curves.empty() && m_spec.field.values.empty();
}

bool StudyPlot::faded(qint64 trial) const
{
    return std::ranges::binary_search(m_faded, trial);
}

bool StudyPlot::hasScale() const
{
    return !m_spec.field.lowText.isEmpty();
}

void StudyPlot::makeImage()
{
    const Field& field = m_spec.field;
    m_image = {};
    m_lines.clear();
    if (field.values.empty() || field.values.size() != std::size_t(field.columns) * std::size_t(field.rows))
        return;
    const double span = field.high > field.low ? field.high - field.low : 1;
    m_image = QImage(field.columns, field.rows, QImage::Format_ARGB32);
    for (int y = 0; y < field.rows; ++y)
        for (int x = 0; x < field.columns; ++x) {
            const double value = double(field.values[std::size_t(y) * std::size_t(field.columns) + std::size_t(x)]);
            const double share = std::clamp((value - field.low) / span, 0.0, 1.0);
            m_image.setPixelColor(x, field.rows - 1 - y,
                                  std::isfinite(value) ? theme().sequential(field.falling ? 1 - share : share)
                                                       : QColor(Qt::transparent));
        }
    for (int i = 1; i <= fieldLines; ++i)
        for (QPolygonF& line :
             contours(field.values, field.columns, field.rows, float(field.low + span * double(i) / (fieldLines + 1))))
            m_lines.push_back(std::move(line));
}

// --- Geometry

SmallAxes StudyPlot::axes() const
{
    const double s = theme().scale;
    const QFontMetrics metrics(theme().body());
    double left = 0;
    for (const Tick& tick : m_spec.y.ticks)
        left = std::max(left, double(metrics.horizontalAdvance(tick.label)));
    // The same for most names, so that plots stand over each other.
    left = std::clamp(left + 14 * s, 64 * s, std::max(64 * s, 0.3 * width()));
    const double right =
        hasScale() || std::ranges::any_of(m_spec.curves, [](const Curve& c) { return !c.name.isEmpty(); }) ? 96 * s
                                                                                                           : 28 * s;
    SmallAxes axes;
    const double top = m_spec.y.title.isEmpty() ? 10 * s : 30 * s;
    const double bottom = m_spec.x.ticks.empty() ? 8 * s : m_spec.x.title.isEmpty() ? 26 * s : 44 * s;
    axes.area = QRectF(left, top, std::max(40.0, width() - left - right), std::max(30.0, height() - top - bottom));
    axes.x = {{0, 1}, axes.area.left(), axes.area.right(), false};
    axes.y = {{0, 1}, axes.area.bottom(), axes.area.top(), false};
    axes.xTicks = m_spec.x.ticks;
    axes.yTicks = m_spec.y.ticks;
    for (Tick& tick : axes.yTicks)
        tick.label = metrics.elidedText(tick.label, Qt::ElideMiddle, int(left - 12 * s));
    return axes;
}

QPointF StudyPlot::placeOf(const QPointF& place) const
{
    const SmallAxes where = axes();
    return {where.x.pixel(place.x()), where.y.pixel(place.y())};
}

QPolygonF StudyPlot::mapped(const QPolygonF& points) const
{
    const SmallAxes where = axes();
    QPolygonF line;
    for (const QPointF& point : points)
        line << QPointF(where.x.pixel(point.x()),
                        std::clamp(where.y.pixel(point.y()), where.area.top() - 4, where.area.bottom() + 4));
    return line;
}

QPointF StudyPlot::placeOfTrial(qint64 trial) const
{
    const auto found = std::ranges::find(m_spec.items, trial, &Item::trial);
    return found == m_spec.items.end() || found->points.isEmpty() ? QPointF() : placeOf(found->points.back());
}

qint64 StudyPlot::trialAt(const QPointF& position) const
{
    qint64 nearest = -1;
    double best = near * theme().scale;
    for (const Item& item : m_spec.items) {
        if (item.points.isEmpty() || faded(item.trial))
            continue;
        const QPolygonF points = mapped(item.points);
        if (const double far = lengthTo(position, points.front(), points.back()); far < best) {
            best = far;
            nearest = item.trial;
        }
    }
    return nearest;
}

// --- Input

void StudyPlot::mouseMoveEvent(QMouseEvent* event)
{
    const qint64 trial = trialAt(event->position());
    const bool picks = m_spec.picks && axes().area.contains(event->position());
    setCursor(trial >= 0 ? Qt::PointingHandCursor : picks ? Qt::CrossCursor : Qt::ArrowCursor);
    Q_EMIT hovered(trial);
}

void StudyPlot::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    const SmallAxes where = axes();
    if (const qint64 trial = trialAt(event->position()); trial >= 0)
        Q_EMIT chosen(trial);
    else if (m_spec.picks && where.area.contains(event->position()))
        Q_EMIT picked({where.x.value(event->position().x()), where.y.value(event->position().y())});
}

void StudyPlot::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (const qint64 trial = trialAt(event->position()); trial >= 0 && event->button() == Qt::LeftButton)
        Q_EMIT opened(trial);
}

void StudyPlot::leaveEvent(QEvent*)
{
    Q_EMIT hovered(-1);
}

void StudyPlot::keyPressEvent(QKeyEvent* event)
{
    const int way = event->key() == Qt::Key_Right ? 1 : event->key() == Qt::Key_Left ? -1 : 0;
    if (event->key() == Qt::Key_Return && m_lit >= 0) {
        Q_EMIT opened(m_lit);
        return;
    }
    if (way == 0 || m_spec.items.empty()) {
        QWidget::keyPressEvent(event);
        return;
    }
    std::vector<const Item*> order;
    for (const Item& item : m_spec.items)
        if (!item.points.isEmpty() && !faded(item.trial))
            order.push_back(&item);
    if (order.empty())
        return;
    std::ranges::stable_sort(order, {}, [](const Item* item) { return item->points.back().x(); });
    const auto here = std::ranges::find(order, m_lit, &Item::trial);
    const auto last = std::ptrdiff_t(order.size()) - 1;
    const auto next = here == order.end() ? (way > 0 ? 0 : last) : std::clamp(here - order.begin() + way, {}, last);
    Q_EMIT chosen(order[std::size_t(next)]->trial);
}

bool StudyPlot::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip || m_spec.field.values.empty())
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const SmallAxes where = axes();
    const Field& field = m_spec.field;
    if (!where.area.contains(help->pos()))
        return QWidget::event(event);
    const int x = std::clamp(int(where.x.value(help->pos().x()) * field.columns), 0, field.columns - 1);
    const int y = std::clamp(int(where.y.value(help->pos().y()) * field.rows), 0, field.rows - 1);
    const double value = double(field.values[std::size_t(y * field.columns + x)]);
    if (std::isfinite(value))
        QToolTip::showText(help->globalPos(),
                           field.name + QStringLiteral(" ") + (field.told ? field.told(value) : style::number(value)),
                           this);
    return true;
}

void StudyPlot::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        makeImage();
    QWidget::changeEvent(event);
}

// --- Painting

void StudyPlot::paintField(QPainter& painter, const SmallAxes& axes) const
{
    if (m_image.isNull())
        return;
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.drawImage(axes.area, m_image);
    QColor line = theme().ground;
    line.setAlphaF(0.6F);
    painter.setPen(QPen(line, theme().scale));
    painter.setBrush(Qt::NoBrush);
    QTransform place;
    place.translate(axes.area.left(), axes.area.bottom());
    place.scale(axes.area.width() / m_spec.field.columns, -axes.area.height() / m_spec.field.rows);
    for (const QPolygonF& each : m_lines)
        painter.drawPolyline(place.map(each));
}

void StudyPlot::paintScale(QPainter& painter, const SmallAxes& axes) const
{
    const double s = theme().scale;
    const QRectF bar(axes.area.right() + 12 * s, axes.area.top(), 8 * s, axes.area.height());
    for (int y = 0; y < int(bar.height()); ++y) {
        const double share = 1 - double(y) / std::max(1.0, bar.height() - 1);
        painter.fillRect(QRectF(bar.left(), bar.top() + y, bar.width(), 1.5),
                         theme().sequential(m_spec.field.falling ? 1 - share : share));
    }
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    const double x = bar.right() + 6 * s, wide = std::max(0.0, width() - x);
    const auto write = [&](double y, const QString& text) {
        painter.drawText(QRectF(x, y - 10 * s, wide, 20 * s), Qt::AlignLeft | Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(text, Qt::ElideRight, int(wide)));
    };
    write(bar.top() + 8 * s, m_spec.field.highText);
    write(bar.bottom() - 8 * s, m_spec.field.lowText);
    write(bar.center().y(), m_spec.field.name);
}

void StudyPlot::paintCurve(QPainter& painter, const Curve& curve) const
{
    const double s = theme().scale;
    const QColor color = curve.color < 0 ? theme().text : theme().run(curve.color);
    if (!curve.lower.isEmpty()) {
        QPolygonF band = mapped(curve.upper), below = mapped(curve.lower);
        for (qsizetype i = below.size(); i-- > 0;)
            band << below[i];
        QColor tint = curve.color < 0 ? theme().accent : color;
        tint.setAlphaF(theme().dark ? 0.22F : 0.14F);
        painter.setPen(Qt::NoPen);
        painter.setBrush(tint);
        painter.drawPolygon(band);
    }
    QPolygonF line;
    for (const QPointF& point : mapped(curve.points)) {
        if (curve.stairs && !line.isEmpty())
            line << QPointF(point.x(), line.back().y());
        line << point;
    }
    painter.setPen(QPen(color, (curve.color < 0 ? 1.5 : 2) * s, curve.dashed ? Qt::DashLine : Qt::SolidLine));
    painter.setBrush(Qt::NoBrush);
    painter.drawPolyline(line);
}

void StudyPlot::paintCurveNames(QPainter& painter, const SmallAxes& axes) const
{
    const double s = theme().scale;
    std::vector<std::pair<double, const Curve*>> names;
    for (const Curve& curve : m_spec.curves)
        if (!curve.name.isEmpty() && !curve.points.isEmpty())
            names.emplace_back(mapped(curve.points).back().y(), &curve);
    std::ranges::stable_sort(names, {}, [](const auto& each) { return each.first; });
    double free = axes.area.top() - 12 * s;
    painter.setFont(theme().medium());
    for (const auto& [y, curve] : names) {
        const double at = std::max(free, y - 9 * s);
        free = at + 18 * s;
        painter.setPen(curve->color < 0 ? theme().text : theme().runText(curve->color));
        const QRectF room(axes.area.right() + 6 * s, at, width() - axes.area.right() - 6 * s, 18 * s);
        painter.drawText(room, Qt::AlignLeft | Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(curve->name, Qt::ElideRight, int(room.width())));
    }
}

void StudyPlot::paintGuide(QPainter& painter, const SmallAxes& axes, const Guide& guide) const
{
    const double s = theme().scale, x = axes.x.pixel(guide.x);
    painter.setPen(QPen(theme().branch, 1.5 * s, Qt::DashLine));
    painter.setBrush(Qt::NoBrush);
    painter.drawLine(QPointF(x, axes.area.top()), QPointF(x, axes.area.bottom()));
    if (std::isfinite(guide.y)) {
        painter.setPen(QPen(theme().ground, 4 * s));
        painter.drawEllipse(QPointF(x, axes.pixelY(guide.y)), 6 * s, 6 * s);
        painter.setPen(QPen(theme().branch, 2 * s));
        painter.drawEllipse(QPointF(x, axes.pixelY(guide.y)), 6 * s, 6 * s);
    }
    if (guide.name.isEmpty())
        return;
    painter.setFont(theme().medium());
    const double wide = painter.fontMetrics().horizontalAdvance(guide.name) + 10 * s;
    // Named once at the top, beside the title if there is room.
    QRectF room(x - wide / 2, axes.area.top() - 22 * s, wide, 18 * s);
    room.moveRight(std::min(room.right(), double(width())));
    if (room.left() < QFontMetrics(theme().strong()).horizontalAdvance(m_spec.y.title) + 12 * s)
        room.moveTopLeft({x + 6 * s, axes.area.top() + 2 * s});
    QColor ground = theme().ground;
    ground.setAlphaF(0.85F);
    painter.fillRect(room, ground);
    painter.setPen(theme().branchText);
    painter.drawText(room, Qt::AlignCenter, guide.name);
}

void StudyPlot::paintItem(QPainter& painter, const Item& item, bool lit) const
{
    if (item.points.isEmpty())
        return;
    const double s = theme().scale;
    const QPolygonF at = mapped(item.points);
    QColor color = lit                                ? theme().accent
                   : std::isfinite(item.shade)        ? theme().sequential(item.shade)
                   : item.strong || !m_image.isNull() ? theme().text
                                                      : theme().muted;
    if (!lit && faded(item.trial))
        color.setAlphaF(0.18F);
    const double radius = (lit ? 5 : item.strong ? 4.5 : 3.5) * s;
    if (at.size() > 1) {
        // What did not come to its end is hollow.
        const bool whole = item.mark == TrialMark::Whole;
        painter.setPen(whole ? QPen(Qt::NoPen) : QPen(color, 1.5 * s));
        painter.setBrush(whole ? color : theme().ground);
        const double half = (lit ? 7 : 5) * s;
        painter.drawRoundedRect(QRectF(at.front() - QPointF(0, half),
                                       QPointF(std::max(at.back().x(), at.front().x() + 3 * s), at.back().y() + half)),
                                2 * s, 2 * s);
        if (item.mark == TrialMark::Failed)
            paintTrialMark(painter, item.mark, at.back() + QPointF(6 * s, 0), color, 3.5 * s);
        return;
    }
    // On colours, a mark needs a rim.
    if (!m_image.isNull() || std::isfinite(item.shade)) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_image.isNull() ? theme().muted : theme().ground);
        painter.drawEllipse(at.front(), radius + 1.2 * s, radius + 1.2 * s);
    }
    paintTrialMark(painter, item.mark, at.front(), color, radius);
}

void StudyPlot::paintText(QPainter& painter, const SmallAxes& axes, const Item& item) const
{
    if (item.points.isEmpty())
        return;
    const double s = theme().scale;
    const QPointF at = mapped(item.points).back();
    painter.setFont(theme().medium());
    const double wide = painter.fontMetrics().horizontalAdvance(item.text) + 12 * s;
    QRectF room(at.x() + 9 * s, at.y() - 22 * s, wide, 20 * s);
    if (room.right() > width())
        room.moveRight(at.x() - 9 * s);
    room.moveLeft(std::max(0.0, room.left()));
    // The heading and the names beside it are above the plot.
    if (room.top() < 22 * s)
        room.moveTop(at.y() + 6 * s);
    room.moveTop(std::clamp(room.top(), 0.0, axes.area.bottom() - room.height()));
    QColor ground = theme().ground;
    ground.setAlphaF(0.9F);
    painter.setPen(Qt::NoPen);
    painter.setBrush(ground);
    painter.drawRoundedRect(room, 3 * s, 3 * s);
    painter.setPen(theme().readable(theme().accent));
    painter.drawText(room, Qt::AlignCenter, item.text);
}

void StudyPlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const double s = theme().scale;
    if (empty()) {
        painter.setFont(theme().body());
        painter.setPen(theme().muted);
        painter.drawText(rect().adjusted(72, 24, -72, -40), Qt::AlignCenter | Qt::TextWordWrap, m_spec.empty);
        if (!m_spec.picks)
            return;
    }
    const SmallAxes where = axes();
    paintSmallAxes(painter, where, m_spec.y.title, m_spec.x.title, height());
    painter.setRenderHint(QPainter::Antialiasing);
    paintField(painter, where);
    if (hasScale())
        paintScale(painter, where);
    painter.setClipRect(where.area.adjusted(-1, -2, 2, 2));
    for (const Curve& curve : m_spec.curves)
        paintCurve(painter, curve);
    painter.setClipping(false);
    for (const Guide& guide : m_spec.guides)
        paintGuide(painter, where, guide);
    const Item* lit = nullptr;
    for (const Item& item : m_spec.items)
        if (item.trial == m_lit)
            lit = &item;
        else
            paintItem(painter, item, false);
    paintCurveNames(painter, where);
    if (m_picked) {
        const QPointF at = placeOf(*m_picked);
        for (const double width : {5.0, 2.0}) {
            painter.setPen(QPen(width > 3 ? theme().ground : theme().accent, width * s));
            painter.drawLine(at - QPointF(7 * s, 7 * s), at + QPointF(7 * s, 7 * s));
            painter.drawLine(at - QPointF(-7 * s, 7 * s), at + QPointF(-7 * s, 7 * s));
        }
    }
    if (lit) {
        paintItem(painter, *lit, true);
        paintText(painter, where, *lit);
    }
    if (hasFocus()) {
        painter.setPen(QPen(theme().accent, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

}
