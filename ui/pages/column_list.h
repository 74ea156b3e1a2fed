// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/data_view.h"

#include <QAbstractScrollArea>

namespace ui::pages {

/// The columns of a table, one line each: name, range, a small histogram, and what is missing. Up and down choose.
class ColumnList final : public QAbstractScrollArea {
    Q_OBJECT

public:
    explicit ColumnList(QWidget* parent = nullptr);

    void setColumns(std::vector<core::session::ColumnHead> columns);
    int current() const { return m_current; }
    void setCurrent(int index);

Q_SIGNALS:
    void currentChanged(int index);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    bool viewportEvent(QEvent* event) override;

private:
    void paintColumn(QPainter& painter, const QRect& rect, const core::session::ColumnHead& column) const;
    void fit();

    std::vector<core::session::ColumnHead> m_columns;
    int m_current = -1;
};

}
