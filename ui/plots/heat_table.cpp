// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/heat_table.h"

#include "ui/style/theme.h"

#include <QFontMetricsF>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace ui::plots {

namespace {

QColor mixed(const QColor& a, const QColor& b, double t)
{
    return QColor::fromRgbF(float(a.redF() + (b.redF() - a.redF()) * t), float(a.greenF() + (b.greenF() - a.greenF()) * t),
        float(a.blueF() + (b.blueF() - a.blueF()) * t));
}

/// As short as four signs: `982`, `1.2k`.
QString shortCount(std::int64_t count)
{
    if (count < 10000)
        return QString::number(count);
    if (count < 1000000)
        return style::number(std::round(double(count) / 100) / 10, 3) + QLatin1Char('k');
    return style::number(std::round(double(count) / 100000) / 10, 3) + QLatin1Char('M');
}

QString longest(const QStringList& names, const QFontMetricsF& metrics)
{
    QString found;
    for (const QString& name : names)
        if (metrics.horizontalAdvance(name) > metrics.horizontalAdvance(found))
            found = name;
    return found;
}

}

HeatTable::HeatTable(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Confusion matrix"));
}

void HeatTable::setClasses(const QStringList& names)
{
    m_names = names;
    update();
}

void HeatTable::setFrame(const core::events::ConfusionFrame& frame)
{
    if (frame.classes <= 0 || frame.counts.size() != std::size_t(frame.classes * frame.classes)) {
        clear();
        return;
    }
    m_classes = int(frame.classes);
    m_counts = frame.counts;
    m_rowSums.assign(std::size_t(m_classes), 0);
    for (std::size_t i = 0; i < m_counts.size(); ++i)
        m_rowSums[i / std::size_t(m_classes)] += m_counts[i];
    update();
}

void HeatTable::clear()
{
    m_classes = 0;
    m_counts.clear();
    m_rowSums.clear();
    m_current = m_hover = {-1, -1};
    update();
}

void HeatTable::setEmptyText(const QString& text)
{
    m_emptyText = text;
    update();
}

void HeatTable::setCurrent(int truth, int predicted)
{
    const bool inside = truth >= 0 && predicted >= 0 && truth < m_classes && predicted < m_classes;
    m_current = inside ? std::pair{truth, predicted} : std::pair{-1, -1};
    setAccessibleDescription(inside ? describe(truth, predicted) : QString());
    update();
}

QString HeatTable::describe(int truth, int predicted) const
{
    if (truth < 0 || predicted < 0 || truth >= m_classes || predicted >= m_classes)
        return {};
    const auto name = [this](int c) { return c < m_names.size() ? m_names[c] : tr("class %1").arg(c); };
    const std::int64_t count = m_counts[std::size_t(truth * m_classes + predicted)], of = m_rowSums[std::size_t(truth)];
    const QString share = of > 0 ? style::percent(double(count) / double(of)) : QStringLiteral("–");
    const QString said = truth == predicted ? tr("%1 recognised").arg(name(truth)) : tr("%1 taken for %2").arg(name(truth), name(predicted));
    return tr("%1: %2 of %3 (%4)").arg(said, style::count(count), style::count(of), share);
}

QSize HeatTable::sizeHint() const
{
    return QSize(352, 352) * style::theme().scale;
}

QSize HeatTable::minimumSizeHint() const
{
    return QSize(160, 160) * style::theme().scale;
}

/// Square cells as large as names at the left and above leave room for.
HeatTable::Grid HeatTable::grid() const
{
    const style::Theme& theme = style::theme();
    const double s = theme.scale;
    const QFontMetricsF metrics(theme.body());
    Grid grid;
    const double name = std::min(metrics.horizontalAdvance(longest(m_names.mid(0, m_classes), metrics)) + 2, 96 * s);
    const double left = name + 30 * s;
    const int classes = std::max(1, m_classes);
    const double width = (this->width() - left - 2) / classes;
    grid.upright = name > width - 6 * s;
    // Names at 45 degrees reach up by their length over the root of two.
    const double top = (grid.upright ? name * 0.72 + 8 * s : metrics.height() + 4 * s) + 24 * s;
    grid.cell = std::floor(std::max(6.0, std::min(width, (height() - top - 2) / classes)));
    // The last slanted name needs room at the right as well.
    if (grid.upright)
        grid.cell = std::max(6.0, std::min(grid.cell, std::floor((this->width() - left - name * 0.72 + grid.cell / 2) / classes)));
    grid.area = QRectF(std::round(left), std::round(top), grid.cell * classes, grid.cell * classes);
    return grid;
}

std::pair<int, int> HeatTable::cellAt(QPointF position) const
{
    const Grid g = grid();
    if (m_classes == 0 || !g.area.contains(position))
        return {-1, -1};
    const int column = int((position.x() - g.area.left()) / g.cell), row = int((position.y() - g.area.top()) / g.cell);
    return {std::min(row, m_classes - 1), std::min(column, m_classes - 1)};
}

void HeatTable::paintNames(QPainter& painter, const Grid& g) const
{
    const style::Theme& theme = style::theme();
    const double s = theme.scale;
    const QFontMetricsF metrics(theme.body());
    painter.setFont(theme.body());
    painter.setPen(theme.muted);
    painter.drawText(QRectF(g.area.left(), 0, g.area.width(), 20 * s), Qt::AlignLeft | Qt::AlignVCenter, tr("said"));
    painter.save();
    painter.translate(2 * s, g.area.bottom());
    painter.rotate(-90);
    painter.drawText(QRectF(0, 0, g.area.height(), 20 * s), Qt::AlignRight | Qt::AlignVCenter, tr("truth"));
    painter.restore();
    // Every name, or as many as have room.
    const int every = std::max(1, int(std::ceil(metrics.height() * 0.9 / g.cell)));
    for (int c = 0; c < m_classes; c += every) {
        const bool lit = m_hover.first == c || m_current.first == c, above = m_hover.second == c || m_current.second == c;
        const QString name = c < m_names.size() ? m_names[c] : QString::number(c);
        const QRectF row(24 * s, g.area.top() + c * g.cell, g.area.left() - 30 * s, g.cell);
        painter.setPen(lit ? theme.text : theme.muted);
        painter.drawText(row, Qt::AlignRight | Qt::AlignVCenter | Qt::TextDontClip, metrics.elidedText(name, Qt::ElideRight, row.width()));
        painter.setPen(above ? theme.text : theme.muted);
        const double middle = g.area.left() + (c + 0.5) * g.cell;
        if (!g.upright) {
            painter.drawText(QRectF(middle - g.cell, g.area.top() - metrics.height() - 4 * s, 2 * g.cell, metrics.height()), Qt::AlignCenter, name);
            continue;
        }
        painter.save();
        painter.translate(middle - 2 * s, g.area.top() - 4 * s);
        painter.rotate(-45);
        painter.drawText(QPointF(0, 0), metrics.elidedText(name, Qt::ElideRight, 96 * s));
        painter.restore();
    }
}

void HeatTable::paintCells(QPainter& painter, const Grid& g) const
{
    const style::Theme& theme = style::theme();
    const QFontMetricsF metrics(theme.body());
    const bool counts = g.cell >= metrics.height() + 4 && g.cell >= 24 * theme.scale;
    painter.setFont(theme.body());
    for (int truth = 0; truth < m_classes; ++truth)
        for (int said = 0; said < m_classes; ++said) {
            const std::int64_t count = m_counts[std::size_t(truth * m_classes + said)], of = m_rowSums[std::size_t(truth)];
            const double share = of > 0 ? double(count) / double(of) : 0;
            // The diagonal is what should be: grey. Mistakes wear the accent, and few are already seen.
            const QColor shade = truth == said ? mixed(theme.grid, theme.axis, 0.10 + 0.30 * share)
                                               : mixed(theme.grid, theme.accent, count == 0 ? 0 : std::min(1.0, 0.10 + 1.9 * share));
            const QRectF cell(g.area.left() + said * g.cell, g.area.top() + truth * g.cell, g.cell, g.cell);
            painter.fillRect(cell.adjusted(0.5, 0.5, -0.5, -0.5), shade);
            if (!counts || (count == 0 && truth != said))
                continue;
            const QString text = shortCount(count);
            if (metrics.horizontalAdvance(text) > g.cell - 2)
                continue;
            const bool light = style::contrast(shade, theme.text) >= style::contrast(shade, theme.ground);
            painter.setPen(light ? theme.text : theme.ground);
            painter.drawText(cell, Qt::AlignCenter, text);
        }
    for (const auto& [place, color] : {std::pair{m_hover, theme.axis}, std::pair{m_current, theme.accent}})
        if (place.first >= 0) {
            painter.setPen(QPen(color, 2));
            painter.setBrush(Qt::NoBrush);
            painter.drawRect(QRectF(g.area.left() + place.second * g.cell, g.area.top() + place.first * g.cell, g.cell, g.cell));
        }
}

void HeatTable::paintEvent(QPaintEvent*)
{
    const style::Theme& theme = style::theme();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (m_classes == 0) {
        painter.setFont(theme.body());
        painter.setPen(theme.muted);
        painter.drawText(QRectF(rect()).adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
        return;
    }
    const Grid g = grid();
    paintNames(painter, g);
    paintCells(painter, g);
}

bool HeatTable::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const auto [truth, said] = cellAt(help->pos());
    if (truth < 0)
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(), describe(truth, said), this);
    return true;
}

void HeatTable::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        updateGeometry();
        update();
    }
}

void HeatTable::mouseMoveEvent(QMouseEvent* event)
{
    const auto cell = cellAt(event->position());
    if (cell == m_hover)
        return;
    m_hover = cell;
    update();
    Q_EMIT cellHovered(cell.first, cell.second);
}

void HeatTable::mousePressEvent(QMouseEvent* event)
{
    const auto cell = cellAt(event->position());
    if (event->button() != Qt::LeftButton || cell.first < 0)
        return;
    setCurrent(cell.first, cell.second);
    Q_EMIT cellClicked(cell.first, cell.second);
}

void HeatTable::keyPressEvent(QKeyEvent* event)
{
    const int key = event->key();
    if (m_classes > 0 && m_current.first >= 0 && (key == Qt::Key_Return || key == Qt::Key_Enter || key == Qt::Key_Space)) {
        Q_EMIT cellClicked(m_current.first, m_current.second);
        return;
    }
    const int down = (key == Qt::Key_Down) - (key == Qt::Key_Up), right = (key == Qt::Key_Right) - (key == Qt::Key_Left);
    if (m_classes == 0 || (down == 0 && right == 0)) {
        QWidget::keyPressEvent(event);
        return;
    }
    const int last = m_classes - 1;
    if (m_current.first < 0)
        setCurrent(0, 0);
    else
        setCurrent(std::clamp(m_current.first + down, 0, last), std::clamp(m_current.second + right, 0, last));
    Q_EMIT cellHovered(m_current.first, m_current.second);
}

void HeatTable::leaveEvent(QEvent* event)
{
    QWidget::leaveEvent(event);
    m_hover = {-1, -1};
    update();
    Q_EMIT cellHovered(-1, -1);
}

}
