// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTableView>

namespace ui::models {
class JobsTable;
}

namespace ui::pages {

/// The table of jobs, in which a row that waits is dragged to another turn, or sent there by Alt+Up and Alt+Down.
class JobsView final : public QTableView {
    Q_OBJECT

public:
    explicit JobsView(models::JobsTable& table, QWidget* parent = nullptr);

    /// The row above which a dragged one would come to stand; −1: none is dragged.
    int gap() const { return m_gap; }

Q_SIGNALS:
    /// A job is to come to a place among those that wait, counted from 0.
    void placeWanted(const QString& id, int place);

protected:
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    int gapAt(int y) const;
    void letGo();
    void send(int row, int to);

    models::JobsTable& m_jobs;
    QPoint m_pressed;
    int m_row = -1; ///< that was pressed and waits
    int m_gap = -1;
};

}
