// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/ridge_plot.h"

#include "ui/style/theme.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QScrollBar>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace ui::plots {

using style::theme;

namespace {

constexpr std::size_t mostRidges = 16, places = 96;
constexpr double smallWidth = 200, smallHeight = 152, ridgeGap = 16, head = 22, axis = 22, ridgeMargin = 40;

QColor between(const QColor& from, const QColor& to, double share)
{
    const auto part = [share](int a, int b) { return int(std::lround(a + (b - a) * share)); };
    return {part(from.red(), to.red()), part(from.green(), to.green()), part(from.blue(), to.blue())};
}

/// The first, the last, and those between them at even steps.
std::vector<const Ridge*> someOf(const std::vector<Ridge>& all)
{
    std::vector<const Ridge*> some;
    if (all.size() <= mostRidges) {
        for (const Ridge& ridge : all)
            some.push_back(&ridge);
        return some;
    }
    const double first = all.front().step, span = all.back().step - first;
    for (std::size_t i = 0; i < mostRidges; ++i) {
        const double wanted = first + span * double(i) / double(mostRidges - 1);
        const auto after = std::ranges::lower_bound(all, wanted, {}, &Ridge::step);
        const Ridge* ridge = after == all.end() ? &all.back() : &*after;
        if (some.empty() || some.back() != ridge)
            some.push_back(ridge);
    }
    return some;
}

/// The shares of a ridge on the places of a common range.
std::vector<double> sharesOn(const Ridge& ridge, const Range& range)
{
    std::vector<double> shares(places, 0);
    double all = 0;
    for (const double count : ridge.counts)
        all += count;
    if (all <= 0)
        return shares;
    const double width = range.span() / double(places);
    const double part = (ridge.high - ridge.low) / double(ridge.counts.size());
    for (std::size_t i = 0; i < ridge.counts.size(); ++i) {
        const double from = (ridge.low + part * double(i) - range.lo) / width;
        const double to = std::max(from + part / width, from + 1e-9);
        const double share = ridge.counts[i] / all;
        for (auto k = std::size_t(std::clamp(from, 0.0, double(places - 1))); k < places && double(k) < to; ++k) {
            const double inside = std::min(to, double(k + 1)) - std::max(from, double(k));
            shares[k] += share * (part > 0 ? std::max(0.0, inside) / (to - from) : 1);
            if (part <= 0)
                break;
        }
    }
    return shares;
}

}

RidgePlot::RidgePlot(QWidget* parent) : QAbstractScrollArea(parent)
{
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setAutoFillBackground(false);
    setAccessibleName(tr("Histograms over time"));
}

void RidgePlot::setPanels(std::vector<RidgePanel> panels)
{
    m_panels = std::move(panels);
    updateBars();
    viewport()->update();
}

void RidgePlot::setEmptyText(const QString& text)
{
    m_emptyText = text;
    viewport()->update();
}

QSize RidgePlot::minimumSizeHint() const
{
    return QSize(160, 120) * theme().scale;
}

int RidgePlot::columns() const
{
    return std::clamp(int(viewport()->width() / (smallWidth * theme().scale)), 1, std::max(1, int(m_panels.size())));
}

QRectF RidgePlot::cell(int panel) const
{
    const double s = theme().scale, wide = viewport()->width();
    const int across = columns(), rows = (int(m_panels.size()) + across - 1) / across;
    const double width = (wide - ridgeGap * s * (across - 1)) / across;
    // As tall as there is room, but never so low that a shape is not seen.
    const double tall =
        std::max(smallHeight * s, (viewport()->height() - ridgeGap * s * (rows - 1)) / std::max(1, rows));
    return {panel % across * (width + ridgeGap * s),
            panel / across * (tall + ridgeGap * s) - verticalScrollBar()->value(), width, tall};
}

QRectF RidgePlot::areaOf(int panel) const
{
    if (panel < 0 || panel >= int(m_panels.size()))
        return {};
    const double s = theme().scale;
    return cell(panel).adjusted(0, head * s, -ridgeMargin * s, -axis * s);
}

int RidgePlot::panelAt(QPointF place) const
{
    for (int i = 0; i < int(m_panels.size()); ++i)
        if (cell(i).contains(place))
            return i;
    return -1;
}

void RidgePlot::updateBars()
{
    const double bottom = m_panels.empty() ? 0 : cell(int(m_panels.size()) - 1).bottom() + verticalScrollBar()->value();
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(int(40 * theme().scale));
    verticalScrollBar()->setRange(0, std::max(0, int(bottom) - viewport()->height()));
}

RidgePlot::Scene RidgePlot::sceneOf(const RidgePanel& panel, const QRectF& area) const
{
    Scene scene;
    scene.ridges = someOf(panel.ridges);
    scene.range = {HUGE_VAL, -HUGE_VAL};
    for (const Ridge* ridge : scene.ridges)
        scene.range = {std::min(scene.range.lo, ridge->low), std::max(scene.range.hi, ridge->high)};
    if (!(scene.range.lo < scene.range.hi)) {
        const double around = std::max(std::abs(scene.range.lo) * 0.1, 1e-9);
        scene.range = {scene.range.lo - around, scene.range.hi + around};
    }
    double most = 1e-12;
    for (const Ridge* ridge : scene.ridges) {
        scene.heights.push_back(sharesOn(*ridge, scene.range));
        for (double& height : scene.heights.back())
            most = std::max(most, height = std::sqrt(height));
    }
    for (auto& heights : scene.heights)
        for (double& height : heights)
            height /= most;
    // One ridge takes all the room; many overlap.
    const double count = double(scene.ridges.size());
    scene.tall = count > 1 ? std::min(area.height() * 0.6, area.height() / count * 3) : area.height() * 0.9;
    scene.pitch = count > 1 ? (area.height() - scene.tall) / (count - 1) : 0;
    return scene;
}

double RidgePlot::baseOf(const Scene& scene, const QRectF& area, std::size_t ridge) const
{
    return area.bottom() - scene.pitch * double(scene.ridges.size() - 1 - ridge);
}

void RidgePlot::paintPanel(QPainter& painter, int index) const
{
    const RidgePanel& panel = m_panels[std::size_t(index)];
    const double s = theme().scale;
    const QRectF whole = cell(index), area = areaOf(index);
    const QRectF title(whole.left(), whole.top(), whole.width(), head * s);
    painter.setFont(theme().medium());
    painter.setPen(theme().text);
    painter.drawText(title, Qt::AlignLeft | Qt::AlignVCenter, panel.name);
    const double after = painter.fontMetrics().horizontalAdvance(panel.name) + 8 * s;
    painter.setFont(theme().body());
    painter.setPen(panel.remark.startsWith(QStringLiteral("▲")) ? theme().problem : theme().muted);
    painter.drawText(title.adjusted(after, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(panel.remark, Qt::ElideRight, int(title.width() - after)));
    const Scene scene = sceneOf(panel, area);
    if (scene.ridges.empty())
        return;
    painter.setRenderHint(QPainter::Antialiasing);
    const auto x = [&](double place) { return area.left() + place / double(places) * area.width(); };
    for (std::size_t i = 0; i < scene.ridges.size(); ++i) {
        const double base = baseOf(scene, area, i);
        QPolygonF line;
        for (std::size_t k = 0; k < places; ++k)
            line << QPointF(x(double(k) + 0.5), base - scene.heights[i][k] * scene.tall);
        QPainterPath shape;
        shape.moveTo(area.left(), base);
        for (const QPointF& point : line)
            shape.lineTo(point);
        shape.lineTo(area.right(), base);
        const bool newest = i + 1 == scene.ridges.size();
        const double age = scene.ridges.size() > 1 ? double(i) / double(scene.ridges.size() - 1) : 1;
        painter.fillPath(shape, between(theme().ground, theme().accent, newest ? 0.55 : 0.06 + 0.22 * age));
        painter.setPen(
            QPen(between(theme().ground, theme().accent, newest ? 1 : 0.35 + 0.35 * age), newest ? 1.5 * s : 1));
        painter.drawPolyline(line);
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(QPen(theme().axis, 1));
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    double free = whole.left() - 1;
    for (const Tick& tick : linearTicks(scene.range.lo, scene.range.hi, std::max(2, int(area.width() / (76 * s))))) {
        const double at = area.left() + (tick.value - scene.range.lo) / scene.range.span() * area.width();
        const double wide = painter.fontMetrics().horizontalAdvance(tick.label) + 8 * s;
        if (at - wide / 2 < free || at + wide / 2 > whole.right())
            continue;
        free = at + wide / 2;
        painter.drawText(QRectF(at - wide / 2, area.bottom() + 2 * s, wide, 18 * s), Qt::AlignCenter, tick.label);
    }
    // The steps, as far as they have room one above the other.
    double above = HUGE_VAL;
    for (std::size_t i = scene.ridges.size(); i-- > 0;) {
        const double base = baseOf(scene, area, i);
        if (base > above - 16 * s && i + 1 != scene.ridges.size())
            continue;
        above = base;
        painter.drawText(QRectF(area.right() + 4 * s, base - 14 * s, ridgeMargin * s - 4 * s, 16 * s),
                         Qt::AlignLeft | Qt::AlignVCenter, tickLabel(scene.ridges[i]->step));
    }
}

void RidgePlot::paintEvent(QPaintEvent*)
{
    QPainter painter(viewport());
    if (m_panels.empty()) {
        painter.setFont(theme().body());
        painter.setPen(theme().muted);
        painter.drawText(viewport()->rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap,
                         m_emptyText);
        return;
    }
    for (int i = 0; i < int(m_panels.size()); ++i)
        if (cell(i).intersects(QRectF(viewport()->rect())))
            paintPanel(painter, i);
}

QString RidgePlot::describe(QPointF place) const
{
    const int index = panelAt(place);
    const QRectF area = areaOf(index);
    if (index < 0 || m_panels[std::size_t(index)].ridges.empty())
        return index < 0 ? QString() : m_lesson;
    const RidgePanel& panel = m_panels[std::size_t(index)];
    const Scene scene = sceneOf(panel, area);
    std::size_t nearest = scene.ridges.size() - 1;
    for (std::size_t i = 0; i < scene.ridges.size(); ++i)
        if (place.y() <= baseOf(scene, area, i)) {
            nearest = i;
            break;
        }
    const Ridge& ridge = *scene.ridges[nearest];
    QStringList lines{tr("%1, step %2").arg(panel.name, style::count(qint64(ridge.step)))};
    double all = 0;
    for (const double count : ridge.counts)
        all += count;
    const double value = scene.range.lo + (place.x() - area.left()) / area.width() * scene.range.span();
    const double part = (ridge.high - ridge.low) / double(std::max<std::size_t>(1, ridge.counts.size()));
    if (part > 0 && value >= ridge.low && value < ridge.high && all > 0) {
        const auto bin = std::min(ridge.counts.size() - 1, std::size_t((value - ridge.low) / part));
        lines << tr("%1 to %2: %3 of the elements")
                     .arg(style::number(ridge.low + double(bin) * part, 3),
                          style::number(ridge.low + double(bin + 1) * part, 3),
                          style::percent(ridge.counts[bin] / all));
    }
    lines << tr("all lie from %1 to %2").arg(style::number(ridge.low, 3), style::number(ridge.high, 3));
    if (!m_lesson.isEmpty())
        lines << m_lesson;
    return lines.join(QLatin1Char('\n'));
}

bool RidgePlot::viewportEvent(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        QToolTip::showText(help->globalPos(), describe(help->pos()), viewport());
        return true;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

void RidgePlot::mouseReleaseEvent(QMouseEvent* event)
{
    if (const int panel = panelAt(event->position()); panel >= 0 && event->button() == Qt::LeftButton)
        Q_EMIT chosen(m_panels[std::size_t(panel)].name);
}

void RidgePlot::resizeEvent(QResizeEvent*)
{
    updateBars();
}

void RidgePlot::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        viewport()->update();
    QAbstractScrollArea::changeEvent(event);
}

}
