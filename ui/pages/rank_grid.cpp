// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/rank_grid.h"

#include "ui/style/theme.h"

#include <QPainter>

#include <algorithm>
#include <array>
#include <cmath>

namespace ui::pages {

using core::events::RankFigure;
using core::events::RankMoment;
using style::theme;

namespace {

constexpr double gridRow = 24;
constexpr std::size_t mostGridRows = 16;
// In parts of the whole width.
constexpr std::array<double, RankGrid::columns> gridShares{0.9, 0.7, 1, 1.3, 1.1, 1.1, 1.3, 1.3, 1.3};
constexpr int firstDigest = 6;

}

RankGrid::RankGrid(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Figures of each rank"));
    setToolTip(
        tr("Loss and gradient norm are of each rank's own rows, before gradients are averaged.\nA code stands for "
           "all bits: of the weights that the step began with, of batch norm's means and variances, of the rows."));
}

void RankGrid::setMoment(RankMoment moment)
{
    const std::size_t before = rows();
    m_moment = std::move(moment);
    if (rows() != before)
        updateGeometry();
    update();
}

std::size_t RankGrid::rows() const
{
    return std::min(mostGridRows, m_moment.ranks.size());
}

QSize RankGrid::sizeHint() const
{
    return {640, int((double(rows()) + 1) * gridRow * theme().scale) + 4};
}

double RankGrid::leftOf(int column) const
{
    double before = 0, all = 0;
    for (int i = 0; i < columns; ++i) {
        before += i < column ? gridShares[std::size_t(i)] : 0;
        all += gridShares[std::size_t(i)];
    }
    return width() * before / all;
}

QString RankGrid::cell(std::size_t rank, int column) const
{
    const RankMoment::Rank& its = m_moment.ranks[rank];
    const auto milliseconds = [&](RankFigure figure) {
        return style::number(1000 * its.figure(figure), 3) + QChar(0x00A0) + QStringLiteral("ms");
    };
    switch (column) {
    case 0:
        return tr("Rank %1").arg(rank);
    case 1:
        return style::count(qint64(its.figure(RankFigure::Rows)));
    case 2:
        return std::isnan(its.figure(RankFigure::Loss)) ? tr("no rows") : style::number(its.figure(RankFigure::Loss));
    case 3:
        return style::number(its.figure(RankFigure::GradNorm));
    case 4:
        return milliseconds(RankFigure::Compute);
    case 5:
        return milliseconds(RankFigure::Wait);
    default:
        break;
    }
    const std::string digest = core::events::digestText(
        its.figures[std::size_t(RankFigure::WeightsDigest) + std::size_t(column - firstDigest)]);
    return QString::fromStdString(digest.substr(0, 4));
}

QColor RankGrid::mark(std::size_t rank, int column) const
{
    const auto of = [&](std::size_t each) {
        return m_moment.ranks[each].figures[std::size_t(RankFigure::WeightsDigest) + std::size_t(column - firstDigest)];
    };
    std::size_t first = 0;
    while (first < rank && of(first) != of(rank))
        ++first;
    return theme().run(int(first));
}

bool RankGrid::wrong(std::size_t rank, int column) const
{
    if (column < firstDigest || rank >= m_moment.ranks.size())
        return false;
    const auto figure = RankFigure(std::size_t(RankFigure::WeightsDigest) + std::size_t(column - firstDigest));
    const double own = m_moment.ranks[rank].figure(figure);
    if (std::isnan(own))
        return false;
    if (figure != RankFigure::BatchDigest)
        return own != m_moment.ranks.front().figure(figure);
    for (std::size_t other = 0; other < m_moment.ranks.size(); ++other)
        if (other != rank && m_moment.ranks[other].figure(figure) == own)
            return true;
    return false;
}

void RankGrid::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const double s = theme().scale, high = gridRow * s;
    const QString heads[columns] = {{},          tr("Rows"),    tr("Loss"),       tr("Gradient norm"), tr("Computes"),
                                    tr("Waits"), tr("Weights"), tr("Batch norm"), tr("Batch")};
    painter.setFont(theme().body());
    for (int column = 0; column < columns; ++column) {
        painter.setPen(theme().muted);
        painter.drawText(QRectF(leftOf(column), 0, leftOf(column + 1) - leftOf(column), high),
                         Qt::AlignLeft | Qt::AlignVCenter, heads[column]);
    }
    painter.setPen(theme().line);
    painter.drawLine(QPointF(0, high - 0.5), QPointF(width(), high - 0.5));
    for (std::size_t rank = 0; rank < rows(); ++rank)
        for (int column = 0; column < columns; ++column) {
            const QRectF place(leftOf(column), double(rank + 1) * high, leftOf(column + 1) - leftOf(column), high);
            const bool bad = wrong(rank, column);
            painter.setFont(column == 0 ? theme().medium() : bad ? theme().strong() : theme().body());
            painter.setPen(bad ? theme().readable(theme().problem) : theme().text);
            double left = place.left();
            if (column >= firstDigest && !cell(rank, column).isEmpty()) {
                const QRectF square(left, place.center().y() - 5 * s, 10 * s, 10 * s);
                painter.fillRect(square, mark(rank, column));
                left += 16 * s;
            }
            painter.drawText(QRectF(left, place.top(), place.right() - left, high), Qt::AlignLeft | Qt::AlignVCenter,
                             cell(rank, column) + (!bad                    ? QString()
                                                   : column == columns - 1 ? tr("  ▲ same")
                                                                           : tr("  ▲ other")));
        }
}

}
