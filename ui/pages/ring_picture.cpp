// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/ring_picture.h"

#include "ui/style/theme.h"

#include <QPainter>

#include <algorithm>

namespace ui::pages {

using core::debug::RingMessage;
using style::theme;

namespace {

constexpr double ringHead = 26, ringMargin = 24;

}

RingPicture::RingPicture(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("How gradients are averaged"));
}

void RingPicture::setRanks(qint64 ranks)
{
    m_ranks = std::clamp<qint64>(ranks, 2, mostRanks);
    setRound(std::min(m_round, rounds()));
}

void RingPicture::setExchange(Exchange exchange)
{
    m_exchange = exchange;
    setRound(0);
}

void RingPicture::setRound(int round)
{
    m_round = std::clamp(round, 0, rounds());
    setAccessibleDescription(sentence());
    update();
}

int RingPicture::rounds() const
{
    return m_exchange == Exchange::Ring ? int(2 * (m_ranks - 1)) : 2;
}

// Of the round that is shown; round 0 shows what there is before.
std::vector<RingMessage> RingPicture::messages() const
{
    if (m_round == 0)
        return {};
    if (m_exchange == Exchange::Ring)
        return core::debug::ringRound(m_ranks, m_round - 1);
    std::vector<RingMessage> all;
    for (qint64 rank = 1; rank < m_ranks; ++rank)
        all.push_back(m_round == 1 ? RingMessage{rank, 0, 0, true} : RingMessage{0, rank, 0, false});
    return all;
}

qint64 RingPicture::held(qint64 rank, qint64 chunk) const
{
    if (m_exchange == Exchange::Ring)
        return core::debug::ringState(m_ranks, m_round)[std::size_t(rank)][std::size_t(chunk)];
    return m_round == 2 || (m_round == 1 && rank == 0) ? m_ranks : 1;
}

QString RingPicture::sentence() const
{
    const qint64 n = m_ranks;
    if (m_exchange == Exchange::ParameterServer)
        return m_round == 0 ? tr("Every rank has gradients of its own rows. The number says of how many ranks the sum "
                                 "is; Σ: of all.")
               : m_round == 1 ? tr("All %1 others send the whole of theirs to rank 0, through its one link.").arg(n - 1)
                              : tr("Rank 0 sends the mean back to all %1, through the same link.").arg(n - 1);
    if (m_round == 0)
        return tr("Every rank has gradients of its own rows, cut into %1 parts. The number in a part says of how many "
                  "ranks it is the sum; Σ: of all.")
            .arg(n);
    if (m_round < n)
        return tr("Reduce-scatter, round %1 of %2: each rank sends one part to the next, which adds it to its own.")
            .arg(m_round)
            .arg(n - 1);
    return tr("All-gather, round %1 of %2: each rank passes a part that is whole on to the next, which keeps it.")
        .arg(m_round - n + 1)
        .arg(n - 1);
}

QSize RingPicture::sizeHint() const
{
    const double cells = std::max(34.0 * double(m_ranks), 34.0 + 20 + 8 * double(m_ranks));
    return {520, int((ringHead + cells + 8) * theme().scale)};
}

QRectF RingPicture::cell(qint64 rank, qint64 chunk) const
{
    const double s = theme().scale, side = ringMargin * s, top = ringHead * s;
    const double column = (width() - 2 * side) / double(m_ranks);
    const double wide = std::min(64 * s, column * 0.62);
    const double row = std::min(34 * s, (height() - top - 4 * s) / double(chunks()));
    const double middle = side + (double(rank) + 0.5) * column;
    return {middle - wide / 2, top + double(chunk) * row, wide, std::max(8.0, row - 4 * s)};
}

void RingPicture::paintArrow(QPainter& painter, const RingMessage& message) const
{
    const double s = theme().scale;
    const QRectF from = cell(message.from, message.chunk), to = cell(message.to, message.chunk);
    const double y = from.center().y();
    painter.setPen(QPen(message.adds ? theme().accent : theme().branch, 1.75 * s));
    painter.setBrush(painter.pen().color());
    const auto head = [&](double x, double direction) {
        painter.drawPolygon(QPolygonF{QPointF(x, y), QPointF(x - direction * 7 * s, y - 4 * s),
                                      QPointF(x - direction * 7 * s, y + 4 * s)});
    };
    if (message.to == message.from + 1) {
        painter.drawLine(QPointF(from.right() + 2, y), QPointF(to.left() - 5 * s, y));
        head(to.left() - 2, 1);
    } else if (m_exchange == Exchange::Ring) {
        // Around the back: out at the right edge, in at the left one.
        painter.drawLine(QPointF(from.right() + 2, y), QPointF(width() - 2, y));
        painter.drawLine(QPointF(2, y), QPointF(to.left() - 5 * s, y));
        head(to.left() - 2, 1);
    } else {
        // To and from rank 0: below the cells, where all share its link.
        const double low = from.bottom() + (10 + 8 * double(std::max(message.from, message.to))) * s;
        const double begin = from.center().x(), end = to.center().x();
        painter.setBrush(Qt::NoBrush);
        painter.drawPolyline(QPolygonF{QPointF(begin, from.bottom() + 2), QPointF(begin, low), QPointF(end, low),
                                       QPointF(end, to.bottom() + 8 * s)});
        painter.setBrush(painter.pen().color());
        painter.drawPolygon(QPolygonF{QPointF(end, to.bottom() + 2), QPointF(end - 4 * s, to.bottom() + 9 * s),
                                      QPointF(end + 4 * s, to.bottom() + 9 * s)});
    }
}

void RingPicture::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double s = theme().scale;
    for (qint64 rank = 0; rank < m_ranks; ++rank) {
        const QRectF first = cell(rank, 0);
        painter.setFont(theme().medium());
        painter.setPen(theme().text);
        painter.drawText(QRectF(first.center().x() - 60 * s, 0, 120 * s, (ringHead - 6) * s), Qt::AlignCenter,
                         m_ranks > 8 ? QString::number(rank) : tr("rank %1").arg(rank));
        for (qint64 chunk = 0; chunk < chunks(); ++chunk) {
            const QRectF place = cell(rank, chunk);
            const qint64 sum = held(rank, chunk);
            QColor fill = theme().accent;
            fill.setAlphaF(sum == m_ranks ? 1 : 0.10 + 0.45 * double(sum - 1) / double(m_ranks));
            painter.setPen(QPen(theme().line, 1));
            painter.setBrush(fill);
            painter.drawRoundedRect(place, 4, 4);
            painter.setFont(sum == m_ranks ? theme().strong() : theme().body());
            painter.setPen(sum == m_ranks ? theme().accentText : theme().text);
            if (place.height() >= 14 * s)
                painter.drawText(place, Qt::AlignCenter, sum == m_ranks ? QStringLiteral("Σ") : QString::number(sum));
        }
    }
    for (const RingMessage& message : messages())
        paintArrow(painter, message);
}

}
