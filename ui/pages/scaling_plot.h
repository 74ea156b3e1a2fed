// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/scaling.h"
#include "ui/plots/small_axes.h"

#include <QWidget>

#include <vector>

namespace ui::pages {

/// How many times as fast N ranks are as one: modelled with a ring and with a parameter server, beside what would be
/// without any wait, and measured.
class ScalingPlot final : public QWidget {
    Q_OBJECT

public:
    struct Measured {
        double ranks = 1, speedup = 1;
    };

    explicit ScalingPlot(QWidget* parent = nullptr);
    void setFacts(const core::debug::ScalingFacts& facts);
    void setMeasured(std::vector<Measured> measured);
    const std::vector<Measured>& measured() const { return m_measured; }
    QPointF placeOf(double ranks, double speedup) const;

    QSize sizeHint() const override { return {520, 280}; }
    QSize minimumSizeHint() const override { return {320, 220}; }

    static constexpr double mostRanks = 512;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    plots::SmallAxes axes() const;
    QPolygonF curve(const plots::SmallAxes& axes, core::debug::Exchange exchange) const;

    core::debug::ScalingFacts m_facts;
    std::vector<Measured> m_measured;
};

}
