// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/run_tree.h"

#include "ui/forms/text_forms.h"
#include "ui/models/runs_table.h"
#include "ui/plots/ticks.h"
#include "ui/style/theme.h"

#include <QKeyEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace ui::pages {

using core::store::TreeNode;
using style::theme;

namespace {

constexpr double rowHeight = 36, top = 8, axisHeight = 24, left = 8;
constexpr double names = 232; ///< room for names behind the lines

}

QString changeText(const std::vector<core::spec::Difference>& changes)
{
    if (changes.empty())
        return RunTree::tr("unchanged");
    const auto& [path, before, after] = changes.front();
    const core::base::Value& kind = after["kind"];
    const QString first = QString::fromStdString(path).section(QLatin1Char('.'), -1) + QLatin1Char(' ') +
                          forms::textOf(kind.isText() ? kind : after);
    return changes.size() == 1 ? first : RunTree::tr("%1 and %2 more").arg(first).arg(changes.size() - 1);
}

RunTree::RunTree(QWidget* parent) : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Tree of branches"));
    hide();
}

void RunTree::setFamily(std::vector<TreeNode> family, const QString& current)
{
    m_family = std::move(family);
    m_current = current.toStdString();
    m_steps = 1;
    QStringList lines;
    for (const TreeNode& node : m_family) {
        m_steps = std::max({m_steps, node.run.steps, node.run.parentStep});
        lines << QString::fromStdString(node.run.id) +
                     (node.depth ? tr(", from step %1: %2").arg(node.run.parentStep).arg(changeText(node.changes))
                                 : QString());
    }
    setAccessibleDescription(lines.join(QLatin1Char('\n')));
    setVisible(m_family.size() > 1);
    updateGeometry();
    update();
}

double RunTree::xOf(std::int64_t step) const
{
    const double room = std::max(80.0, width() - left - names * theme().scale);
    return left + room * double(step) / double(m_steps);
}

double RunTree::yOf(std::size_t place) const
{
    return (top + rowHeight * (double(place) + 0.5)) * theme().scale;
}

QPointF RunTree::endOf(std::size_t place) const
{
    return {xOf(m_family[place].run.steps), yOf(place)};
}

std::ptrdiff_t RunTree::placeAt(double y) const
{
    const auto place = std::ptrdiff_t(std::floor((y / theme().scale - top) / rowHeight));
    return place >= 0 && place < std::ptrdiff_t(m_family.size()) ? place : -1;
}

QSize RunTree::sizeHint() const
{
    return QSize(480, int(top + axisHeight + rowHeight * double(m_family.size()))) * theme().scale;
}

QSize RunTree::minimumSizeHint() const
{
    return {240, sizeHint().height()};
}

void RunTree::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    for (std::size_t place = m_family.size(); place-- > 0;)
        paintRow(painter, place);
    painter.setFont(theme().body());
    const double y = (top + rowHeight * double(m_family.size())) * theme().scale;
    painter.fillRect(QRectF(left, y, xOf(m_steps) - left, 1), theme().line);
    for (const plots::Tick& tick :
         plots::linearTicks(0, double(m_steps), std::max(2, int((xOf(m_steps) - left) / (96 * theme().scale))),
                            plots::ValueFormat::Number, true)) {
        const double x = xOf(std::int64_t(tick.value));
        painter.setPen(theme().muted);
        painter.drawText(QRectF(std::max(0.0, x - 40), y + 3, 80, 20 * theme().scale),
                         (x < 40 ? Qt::AlignLeft : Qt::AlignHCenter) | Qt::AlignTop, tick.label);
    }
    painter.drawText(QRectF(xOf(m_steps) + 44, y + 3, 60, 20 * theme().scale), Qt::AlignLeft | Qt::AlignTop,
                     tr("step"));
}

void RunTree::paintRow(QPainter& painter, std::size_t place) const
{
    const TreeNode& node = m_family[place];
    const bool current = node.run.id == m_current;
    const double y = yOf(place), begin = xOf(std::max<std::int64_t>(node.run.parentStep, 0)), end = xOf(node.run.steps);
    if (std::ptrdiff_t(place) == m_hovered)
        painter.fillRect(QRectF(0, y - rowHeight * theme().scale / 2, width(), rowHeight * theme().scale),
                         theme().hover);
    const QColor color = current ? theme().run(0) : node.parent >= 0 ? theme().branch : theme().muted;
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(color, current ? 2.75 : 1.5, Qt::SolidLine, Qt::FlatCap));
    const double bend = std::min(10.0, std::max(0.0, end - begin));
    if (node.parent >= 0) {
        // Down from the parent's line at the step where they part, then along.
        const double from = yOf(std::size_t(node.parent));
        painter.drawPolyline(QPolygonF{QPointF(begin, from), QPointF(begin, y - bend), QPointF(begin + bend, y)});
        painter.drawLine(QPointF(begin + bend, y), QPointF(std::max(end, begin + bend), y));
        painter.setPen(Qt::NoPen);
        painter.setBrush(color);
        painter.drawEllipse(QPointF(begin, from), 2.5, 2.5);
    } else {
        painter.drawLine(QPointF(begin, y), QPointF(end, y));
    }
    painter.setPen(QPen(color, 1.5));
    painter.setBrush(theme().ground);
    painter.drawEllipse(QPointF(std::max(end, begin + bend), y), 3.5, 3.5);
    painter.setFont(current ? theme().strong() : theme().body());
    painter.setPen(theme().text);
    const double x = xOf(m_steps) + 12;
    const double half = rowHeight * theme().scale / 2;
    painter.drawText(
        QRectF(x, y - half, width() - x, half * 2), Qt::AlignVCenter | Qt::AlignLeft,
        painter.fontMetrics().elidedText(QString::fromStdString(node.run.id), Qt::ElideMiddle, int(width() - x)));
    if (node.parent < 0)
        return;
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    const QString text = changeText(node.changes);
    // Behind the bend where there is room, else before it.
    const double wide = painter.fontMetrics().horizontalAdvance(text);
    const bool behind = begin + bend + 8 + wide < xOf(m_steps);
    const QRectF area(behind ? begin + bend + 6 : begin - 8 - wide, y - half, wide + 4, half - 2);
    // Lines of other branches pass behind the words.
    painter.fillRect(area.adjusted(-2, half - 2 - painter.fontMetrics().height(), 2, 1), theme().ground);
    painter.drawText(area, Qt::AlignBottom | Qt::AlignLeft, text);
}

void RunTree::mousePressEvent(QMouseEvent* event)
{
    if (const auto place = placeAt(event->position().y()); place >= 0)
        Q_EMIT chosen(QString::fromStdString(m_family[std::size_t(place)].run.id));
}

void RunTree::mouseMoveEvent(QMouseEvent* event)
{
    const auto place = placeAt(event->position().y());
    setCursor(place >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (place != m_hovered) {
        m_hovered = place;
        update();
    }
}

void RunTree::keyPressEvent(QKeyEvent* event)
{
    const int move = event->key() == Qt::Key_Down ? 1 : event->key() == Qt::Key_Up ? -1 : 0;
    const auto now = std::ranges::find(m_family, m_current, [](const TreeNode& node) { return node.run.id; });
    const auto next = now - m_family.begin() + move;
    if (move == 0 || now == m_family.end() || next < 0 || next >= std::ptrdiff_t(m_family.size()))
        return QWidget::keyPressEvent(event);
    Q_EMIT chosen(QString::fromStdString(m_family[std::size_t(next)].run.id));
}

}
