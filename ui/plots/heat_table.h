// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/event.h"

#include <QStringList>
#include <QWidget>

#include <cstdint>
#include <vector>

namespace ui::plots {

/// A confusion matrix: rows are the truth, columns what was said; each cell its count on a shade of its row's share.
/// Arrow keys walk over the cells, Enter activates one.
class HeatTable final : public QWidget {
    Q_OBJECT

public:
    explicit HeatTable(QWidget* parent = nullptr);

    void setClasses(const QStringList& names);
    void setFrame(const core::events::ConfusionFrame& frame);
    void clear();
    void setEmptyText(const QString& text);
    /// `-1, -1`: none.
    void setCurrent(int truth, int predicted);
    /// What the tooltip says: `Shirt taken for T-shirt: 112 of 1 000 (11.2 %)`.
    QString describe(int truth, int predicted) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void cellHovered(int truth, int predicted); ///< -1, -1 when the pointer leaves
    void cellClicked(int truth, int predicted);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    struct Grid {
        QRectF area;
        double cell = 0;
        bool upright = false; ///< column names stand at an angle
    };
    Grid grid() const;
    std::pair<int, int> cellAt(QPointF position) const;
    void paintNames(QPainter& painter, const Grid& grid) const;
    void paintCells(QPainter& painter, const Grid& grid) const;

    QStringList m_names;
    int m_classes = 0;
    std::vector<std::int64_t> m_counts, m_rowSums;
    std::pair<int, int> m_current{-1, -1}, m_hover{-1, -1};
    QString m_emptyText;
};

}
