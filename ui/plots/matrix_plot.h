// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

#include <vector>

namespace ui::plots {

/// Numbers in cells: lines with names, columns with or without. Correlations on a diverging scale, shares on a
/// sequential one; the pointer and the arrow keys read a cell.
class MatrixPlot final : public QWidget {
    Q_OBJECT

public:
    explicit MatrixPlot(QWidget* parent = nullptr);

    /// `values` [lines · columns]; NaN cells stay empty. `diverging`: −1 … 1, else 0 … 1.
    void setValues(const QStringList& lines, const QStringList& columns, std::vector<double> values, bool diverging);
    void setTitle(const QString& title);
    void setEmptyText(const QString& text);
    /// What the tooltip says of a cell.
    QString describe(int line, int column) const;
    QSize sizeHint() const override { return {264, 200}; }

Q_SIGNALS:
    void clicked(int line, int column);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;

private:
    QRectF area() const;
    std::pair<int, int> cellAt(QPointF position) const;
    int columnCount() const;

    QString m_title, m_emptyText;
    QStringList m_lines, m_columns;
    std::vector<double> m_values;
    bool m_diverging = false;
};

}
