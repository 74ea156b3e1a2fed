// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/rank_moment.h"

#include <QWidget>

#include <vector>

namespace ui::pages {

/// The last steps of all ranks, a lane for each under one scale of time: what it computed, and then waited for the
/// others and the network; under that each bucket of gradients, from when it was ready here to when it was averaged.
class RankLanes final : public QWidget {
    Q_OBJECT

public:
    explicit RankLanes(QWidget* parent = nullptr);
    /// Of one training, in the order of their steps.
    void setMoments(std::vector<core::events::RankMoment> moments);
    const std::vector<core::events::RankMoment>& moments() const { return m_moments; }
    /// Where a rank computes in one of the moments, in pixels.
    QRectF computeRect(std::size_t moment, std::size_t rank) const;
    QRectF waitRect(std::size_t moment, std::size_t rank) const;
    QString describe(const QPointF& position) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {320, sizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    double left() const;
    double laneTop(std::size_t rank) const;
    double secondsOf(std::size_t moment) const;
    double pixel(std::size_t moment, double seconds) const;
    std::size_t lanes() const;
    void paintLegend(QPainter& painter) const;

    std::vector<core::events::RankMoment> m_moments;
};

}
