// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/scaling.h"

#include <QWidget>

namespace ui::pages {

/// How gradients of several ranks become their mean, round by round. A column is a rank, a cell a part of its gradients
/// with the number of ranks whose gradients are summed in it; arrows are what is sent in the round that is shown.
class RingPicture final : public QWidget {
    Q_OBJECT

public:
    using Exchange = core::debug::Exchange;

    explicit RingPicture(QWidget* parent = nullptr);
    void setRanks(qint64 ranks);
    void setExchange(Exchange exchange);
    /// 0: before the first; rounds(): all is done.
    void setRound(int round);
    qint64 ranks() const { return m_ranks; }
    Exchange exchange() const { return m_exchange; }
    int round() const { return m_round; }
    int rounds() const;
    /// Of how many ranks a cell holds the sum, now.
    qint64 held(qint64 rank, qint64 chunk) const;
    /// What happens in the round that is shown, in a sentence.
    QString sentence() const;

    /// Of both kinds: nothing moves when one takes the place of the other.
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {320, sizeHint().height()}; }

    static constexpr qint64 mostRanks = 12; ///< of more it shows as many

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    qint64 chunks() const { return m_exchange == Exchange::Ring ? m_ranks : 1; }
    std::vector<core::debug::RingMessage> messages() const;
    QRectF cell(qint64 rank, qint64 chunk) const;
    void paintArrow(QPainter& painter, const core::debug::RingMessage& message) const;

    qint64 m_ranks = 4;
    Exchange m_exchange = Exchange::Ring;
    int m_round = 0;
};

}
