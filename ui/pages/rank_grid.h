// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/rank_moment.h"

#include <QWidget>

namespace ui::pages {

/// The figures of all ranks in one step as a table; digests as a short code with a dash before those that are wrong:
/// other weights or statistics than rank 0's, or the rows of another rank.
class RankGrid final : public QWidget {
    Q_OBJECT

public:
    explicit RankGrid(QWidget* parent = nullptr);
    void setMoment(core::events::RankMoment moment);
    /// What stands in a cell: columns are rank, rows, loss, gradient norm, computing, waiting, weights, batch norm,
    /// batch.
    QString cell(std::size_t rank, int column) const;
    /// The colour beside a digest: that of the first rank that shows it.
    QColor mark(std::size_t rank, int column) const;
    /// Whether a digest is one of those that are wrong.
    bool wrong(std::size_t rank, int column) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {480, sizeHint().height()}; }

    static constexpr int columns = 9;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::size_t rows() const;
    double leftOf(int column) const;

    core::events::RankMoment m_moment;
};

}
