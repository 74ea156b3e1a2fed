// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/profile_timeline.h"

#include "ui/plots/phase_bar.h"
#include "ui/plots/ticks.h"
#include "ui/style/theme.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ui::plots {

using style::theme;

namespace {

constexpr double laneHeight = 40, laneGap = 12, axisHeight = 28, nameWidth = 104, scaleWidth = 64;
constexpr double closest = 0.01; // seconds that are shown at least

}

ProfileTimeline::ProfileTimeline(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("What happened over the time of the run"));
}

void ProfileTimeline::setBlocks(std::vector<Block> blocks, std::vector<QString> phaseNames)
{
    m_blocks = std::move(blocks);
    m_phases = std::move(phaseNames);
    update();
}

void ProfileTimeline::setSamples(std::vector<double> times, std::vector<Lane> lanes)
{
    const bool other = lanes.size() != m_lanes.size();
    m_times = std::move(times);
    m_lanes = std::move(lanes);
    for (Lane& lane : m_lanes)
        if (lane.most <= 0) {
            for (const Line& line : lane.lines)
                for (const double value : line.values)
                    lane.most = std::max(lane.most, value);
            lane.most = lane.most > 0 ? niceRange(0, lane.most, false, 2).hi : 1;
        }
    if (other)
        updateGeometry();
    update();
}

void ProfileTimeline::setMark(std::optional<double> time)
{
    if (time == m_mark)
        return;
    m_mark = time;
    update();
}

QSize ProfileTimeline::sizeHint() const
{
    return {640, int(laneTop(int(m_lanes.size()) + 1) + axisHeight * theme().scale)};
}

double ProfileTimeline::end() const
{
    double end = m_times.empty() ? 0 : m_times.back();
    if (!m_blocks.empty())
        end = std::max(end, m_blocks.back().time + m_blocks.back().seconds);
    return std::max(end, closest);
}

std::pair<double, double> ProfileTimeline::shown() const
{
    return m_range.value_or(std::pair(0.0, end()));
}

double ProfileTimeline::left() const
{
    return nameWidth * theme().scale;
}

double ProfileTimeline::laneTop(int lane) const
{
    return lane * (laneHeight + laneGap) * theme().scale;
}

double ProfileTimeline::pixel(double time) const
{
    const auto [from, to] = shown();
    const double right = width() - scaleWidth * theme().scale;
    return left() + (right - left()) * (time - from) / (to - from);
}

double ProfileTimeline::timeAt(double x) const
{
    const auto [from, to] = shown();
    const double right = width() - scaleWidth * theme().scale;
    return from + (to - from) * (x - left()) / std::max(1.0, right - left());
}

void ProfileTimeline::show(double from, double to)
{
    const double whole = end(), span = std::clamp(to - from, closest, whole);
    from = std::clamp(from, 0.0, whole - span);
    if (span >= whole)
        m_range.reset();
    else
        m_range = std::pair(from, from + span);
    update();
}

void ProfileTimeline::wheelEvent(QWheelEvent* event)
{
    const double at = timeAt(event->position().x());
    const auto [from, to] = shown();
    const double factor = std::pow(0.8, event->angleDelta().y() / 120.0);
    show(at - (at - from) * factor, at + (to - at) * factor);
    event->accept();
}

void ProfileTimeline::mousePressEvent(QMouseEvent* event)
{
    m_grabbed = event->position().x();
    std::tie(m_grabbedFrom, m_grabbedTo) = shown();
}

void ProfileTimeline::mouseMoveEvent(QMouseEvent* event)
{
    m_pointer = event->position().x();
    if (event->buttons() & Qt::LeftButton) {
        const double right = width() - scaleWidth * theme().scale;
        const double moved = (m_grabbed - event->position().x()) / std::max(1.0, right - left());
        const double by = moved * (m_grabbedTo - m_grabbedFrom);
        show(m_grabbedFrom + by, m_grabbedTo + by);
    }
    update();
}

void ProfileTimeline::mouseDoubleClickEvent(QMouseEvent*)
{
    m_range.reset();
    update();
}

void ProfileTimeline::keyPressEvent(QKeyEvent* event)
{
    const auto [from, to] = shown();
    const double span = to - from, middle = (from + to) / 2;
    switch (event->key()) {
    case Qt::Key_Plus:
        return show(middle - 0.4 * span, middle + 0.4 * span);
    case Qt::Key_Minus:
        return show(middle - 0.625 * span, middle + 0.625 * span);
    case Qt::Key_Left:
        return show(from - 0.1 * span, to - 0.1 * span);
    case Qt::Key_Right:
        return show(from + 0.1 * span, to + 0.1 * span);
    case Qt::Key_Home:
        return show(0, end());
    default:
        QWidget::keyPressEvent(event);
    }
}

void ProfileTimeline::leaveEvent(QEvent*)
{
    m_pointer.reset();
    update();
}

bool ProfileTimeline::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    QString tip;
    if (help->pos().x() < left()) {
        const int lane = int(help->pos().y() / ((laneHeight + laneGap) * theme().scale)) - 1;
        if (lane >= 0 && lane < int(m_lanes.size()))
            tip = m_lanes[std::size_t(lane)].tip;
        else if (lane < 0)
            tip = tr("What the time went into: each column of the lane is divided as the steps under it were.");
    }
    if (tip.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(), tip, this);
    return true;
}

QString ProfileTimeline::describe(double time) const
{
    QStringList said{style::number(time, 4) + QStringLiteral(" s")};
    const auto block = std::ranges::find_if(
        m_blocks, [time](const Block& one) { return time >= one.time && time < one.time + one.seconds; });
    if (block != m_blocks.end()) {
        said << tr("steps %1 to %2").arg(style::count(block->step), style::count(block->step + block->count - 1));
        for (std::size_t i = 0; i < std::min(block->phases.size(), m_phases.size()); ++i)
            if (const double share = block->phases[i] / block->seconds; share >= 0.02)
                said << m_phases[i] + QLatin1Char(' ') + style::percent(share, 2);
    }
    const auto next = std::ranges::lower_bound(m_times, time);
    if (next != m_times.end())
        for (const Lane& lane : m_lanes)
            for (const Line& line : lane.lines) {
                const auto place = std::size_t(next - m_times.begin());
                if (place < line.values.size() && lane.lines.size() <= 2)
                    said << line.name + QLatin1Char(' ') + style::number(line.values[place], 3) + QChar(0x00A0) +
                                lane.unit;
            }
    return said.join(QLatin1Char('\n'));
}

// Every column of pixels is divided as the blocks under it are.
void ProfileTimeline::paintPhases(QPainter& painter) const
{
    const double height = laneHeight * theme().scale, right = width() - scaleWidth * theme().scale;
    const auto columns = std::size_t(std::max(1.0, right - left()));
    std::vector<std::vector<double>> sums(columns);
    for (const Block& block : m_blocks) {
        const double from = pixel(block.time) - left(), to = pixel(block.time + block.seconds) - left();
        if (to < 0 || from >= double(columns) || block.seconds <= 0)
            continue;
        const auto first = std::size_t(std::max(0.0, from));
        const auto last = std::min(columns - 1, std::size_t(std::max(0.0, to)));
        for (std::size_t x = first; x <= last; ++x) {
            sums[x].resize(block.phases.size());
            for (std::size_t i = 0; i < block.phases.size(); ++i)
                sums[x][i] += std::max(0.0, block.phases[i]);
        }
    }
    for (std::size_t x = 0; x < columns; ++x) {
        const double all = std::accumulate(sums[x].begin(), sums[x].end(), 0.0);
        double bottom = height;
        for (std::size_t i = 0; i < sums[x].size() && all > 0; ++i) {
            const double part = height * sums[x][i] / all;
            painter.fillRect(QRectF(left() + double(x), bottom - part, 1, part), phaseColor(i));
            bottom -= part;
        }
    }
}

void ProfileTimeline::paintLane(QPainter& painter, int number) const
{
    const Lane& lane = m_lanes[std::size_t(number)];
    const double s = theme().scale, top = laneTop(number + 1), bottom = top + laneHeight * s;
    const double right = width() - scaleWidth * s;
    painter.save();
    painter.setClipRect(QRectF(left(), top - 1, right - left(), laneHeight * s + 2));
    painter.setPen(theme().grid);
    painter.drawLine(QPointF(left(), top), QPointF(right, top));
    const auto [from, to] = shown();
    const auto first = std::ranges::lower_bound(m_times, from), last = std::ranges::upper_bound(m_times, to);
    const auto begin = std::size_t(std::max<std::ptrdiff_t>(0, first - m_times.begin() - 1));
    const auto end = std::min(m_times.size(), std::size_t(last - m_times.begin()) + 1);
    // Of more samples than pixels the highest of each pixel is drawn.
    const std::size_t stride = std::max<std::size_t>(1, (end - begin) / std::size_t(std::max(1.0, right - left())));
    for (std::size_t l = 0; l < lane.lines.size(); ++l) {
        const std::vector<double>& values = lane.lines[l].values;
        QPolygonF points;
        for (std::size_t i = begin; i < std::min(end, values.size()); i += stride) {
            double value = values[i];
            for (std::size_t k = i; k < std::min({i + stride, end, values.size()}); ++k)
                value = std::max(value, values[k]);
            points << QPointF(pixel(m_times[i]), bottom - laneHeight * s * std::clamp(value / lane.most, 0.0, 1.0));
        }
        QColor color = theme().accent;
        if (lane.lines.size() > 1)
            color = lane.lines.size() == 2 && l == 1
                        ? theme().branch
                        : theme().sequential(0.15 + 0.7 * double(l) / double(lane.lines.size()));
        painter.setPen(QPen(color, 1.25));
        painter.drawPolyline(points);
    }
    painter.restore();
    painter.setPen(theme().axis);
    painter.drawLine(QPointF(left(), bottom), QPointF(right, bottom));
    painter.setFont(theme().medium());
    painter.setPen(theme().text);
    painter.drawText(QRectF(0, top, left() - 8 * s, laneHeight * s), Qt::AlignLeft | Qt::AlignVCenter, lane.title);
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    painter.drawText(QRectF(right + 6 * s, top - 4 * s, scaleWidth * s, 18 * s), Qt::AlignLeft | Qt::AlignVCenter,
                     style::number(lane.most, 3) + QChar(0x00A0) + lane.unit);
}

void ProfileTimeline::paintChip(QPainter& painter) const
{
    if (!m_pointer || *m_pointer < left() || *m_pointer > width() - scaleWidth * theme().scale)
        return;
    const double s = theme().scale, bottom = laneTop(int(m_lanes.size()) + 1) - laneGap * s;
    painter.setPen(QPen(theme().muted, 1));
    painter.drawLine(QPointF(*m_pointer, 0), QPointF(*m_pointer, bottom));
    const QStringList lines = describe(timeAt(*m_pointer)).split(QLatin1Char('\n'));
    painter.setFont(theme().body());
    double wide = 0;
    for (const QString& line : lines)
        wide = std::max(wide, double(painter.fontMetrics().horizontalAdvance(line)));
    const double high = double(lines.size()) * 18 * s + 10 * s;
    const bool right = *m_pointer + wide + 28 * s < width();
    const QRectF chip(right ? *m_pointer + 8 * s : *m_pointer - wide - 24 * s,
                      std::max(0.0, std::min(4 * s, bottom - high)), wide + 16 * s, high);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(theme().line, 1));
    painter.setBrush(theme().surface);
    painter.drawRoundedRect(chip, 6, 6);
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (int i = 0; i < lines.size(); ++i) {
        painter.setPen(i == 0 ? theme().text : theme().muted);
        painter.drawText(QRectF(chip.left() + 8 * s, chip.top() + 5 * s + i * 18 * s, wide, 18 * s),
                         Qt::AlignLeft | Qt::AlignVCenter, lines[i]);
    }
}

void ProfileTimeline::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const double s = theme().scale, right = width() - scaleWidth * s;
    paintPhases(painter);
    painter.setFont(theme().medium());
    painter.setPen(theme().text);
    painter.drawText(QRectF(0, 0, left() - 8 * s, laneHeight * s), Qt::AlignLeft | Qt::AlignVCenter, tr("Steps"));
    for (int lane = 0; lane < int(m_lanes.size()); ++lane)
        paintLane(painter, lane);
    const auto [from, to] = shown();
    const double bottom = laneTop(int(m_lanes.size()) + 1) - laneGap * s;
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    double free = 0;
    for (const Tick& tick : linearTicks(from, to, std::max(2, int((right - left()) / (96 * s))))) {
        const double x = pixel(tick.value), wide = painter.fontMetrics().horizontalAdvance(tick.label) + 8 * s;
        if (x - wide / 2 < free)
            continue;
        free = x + wide / 2;
        painter.drawText(QRectF(x - wide, bottom + 2 * s, 2 * wide, 20 * s), Qt::AlignCenter, tick.label);
    }
    painter.drawText(QRectF(right + 6 * s, bottom + 2 * s, scaleWidth * s, 20 * s), Qt::AlignLeft | Qt::AlignVCenter,
                     tr("s"));
    if (m_mark && *m_mark >= from && *m_mark <= to) {
        painter.setPen(QPen(theme().accent, 1));
        painter.drawLine(QPointF(pixel(*m_mark), 0), QPointF(pixel(*m_mark), bottom));
    }
    if (hasFocus()) {
        painter.setPen(theme().accent);
        painter.drawRect(QRectF(left() - 2, 0, right - left() + 3, bottom));
    }
    paintChip(painter);
}

}
