// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/matrix_plot.h"

#include "ui/style/theme.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace ui::plots {

using style::theme;

namespace {

constexpr double titleHeight = 28, widestName = 96;

}

MatrixPlot::MatrixPlot(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
}

void MatrixPlot::setValues(const QStringList& lines, const QStringList& columns, std::vector<double> values,
                           bool diverging)
{
    m_lines = lines;
    m_columns = columns;
    m_values = std::move(values);
    m_diverging = diverging;
    update();
}

void MatrixPlot::setTitle(const QString& title)
{
    m_title = title;
    setAccessibleName(title);
    update();
}

void MatrixPlot::setEmptyText(const QString& text)
{
    m_emptyText = text;
    update();
}

int MatrixPlot::columnCount() const
{
    return m_lines.isEmpty() ? 0 : int(m_values.size()) / int(m_lines.size());
}

QRectF MatrixPlot::area() const
{
    const QFontMetricsF metrics(theme().body());
    double names = 0;
    for (const QString& line : m_lines)
        names = std::max(names, metrics.horizontalAdvance(line));
    names = std::min(names, widestName) + 8;
    QRectF place(names, titleHeight, width() - names, height() - titleHeight - 4);
    // Cells of correlations are squares, and none is larger than its text needs.
    const double most = 36;
    if (!m_columns.isEmpty()) {
        const double cell = std::min({place.width() / columnCount(), place.height() / double(m_lines.size()), most});
        place.setSize({cell * columnCount(), cell * double(m_lines.size())});
    } else {
        place.setHeight(std::min(place.height(), 28. * double(m_lines.size())));
    }
    return place;
}

std::pair<int, int> MatrixPlot::cellAt(QPointF position) const
{
    const QRectF place = area();
    if (m_values.empty() || !place.contains(position))
        return {-1, -1};
    return {
        std::min(int(m_lines.size()) - 1, int((position.y() - place.top()) / place.height() * double(m_lines.size()))),
        std::min(columnCount() - 1, int((position.x() - place.left()) / place.width() * columnCount()))};
}

QString MatrixPlot::describe(int line, int column) const
{
    if (line < 0 || column < 0)
        return {};
    const double value = m_values[std::size_t(line * columnCount() + column)];
    if (!m_columns.isEmpty())
        return std::isnan(value)
                   ? tr("%1 and %2: one of them is constant").arg(m_lines[line], m_columns[column])
                   : tr("%1 and %2: r = %3").arg(m_lines[line], m_columns[column], style::number(value, 3));
    return tr("%1: %2 missing").arg(m_lines[line], style::percent(value, 3));
}

void MatrixPlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setFont(theme().medium());
    painter.setPen(theme().text);
    painter.drawText(QRectF(0, 0, width(), 20), Qt::AlignLeft | Qt::AlignVCenter, m_title);
    painter.setFont(theme().body());
    if (m_values.empty()) {
        painter.setPen(theme().muted);
        painter.drawText(QRectF(0, titleHeight, width(), height() - titleHeight),
                         int(Qt::TextWordWrap) | int(Qt::AlignLeft) | int(Qt::AlignTop), m_emptyText);
        return;
    }
    const QRectF place = area();
    const int columns = columnCount();
    const double wide = place.width() / columns, high = place.height() / double(m_lines.size());
    const double gap = wide > 6 ? 1 : 0;
    for (int line = 0; line < m_lines.size(); ++line) {
        const double top = place.top() + high * line;
        if (high >= 14 || line % int(std::ceil(14 / high)) == 0) {
            painter.setPen(theme().muted);
            painter.drawText(QRectF(0, top, place.left() - 8, std::max(high, 14.)), Qt::AlignRight | Qt::AlignVCenter,
                             painter.fontMetrics().elidedText(m_lines[line], Qt::ElideRight, int(place.left() - 8)));
        }
        for (int column = 0; column < columns; ++column) {
            const double value = m_values[std::size_t(line * columns + column)];
            const QRectF cell(place.left() + wide * column, top, std::max(wide - gap, 1.), std::max(high - 1, 1.));
            painter.fillRect(cell, std::isnan(value) ? theme().hover
                                   : m_diverging     ? theme().diverging(value)
                                   : value > 0       ? theme().problem
                                                     : theme().hover);
            if (m_diverging && wide >= 34 && !std::isnan(value)) {
                painter.setPen(std::abs(value) > 0.6 ? QColor(Qt::white) : theme().text);
                painter.drawText(cell, Qt::AlignCenter, QString::number(value, 'f', 1));
            }
        }
    }
}

bool MatrixPlot::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const auto [line, column] = cellAt(help->pos());
    QToolTip::showText(help->globalPos(), describe(line, column), this);
    return true;
}

void MatrixPlot::mousePressEvent(QMouseEvent* event)
{
    const auto [line, column] = cellAt(event->position());
    if (line >= 0)
        Q_EMIT clicked(line, column);
}

}
