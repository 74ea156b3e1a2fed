// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

#include <vector>

namespace ui::plots {

/// Names with a bar and a number each, such as the probabilities of classes. A click chooses one.
class BarList final : public QWidget {
    Q_OBJECT

public:
    struct Bar {
        QString name;
        double share = 0; ///< 0 … 1, the bar's length
        QString text;     ///< at its end
        bool strong = false;
        bool marked = false; ///< a dot before the name: the truth
    };
    explicit BarList(QWidget* parent = nullptr);
    void setBars(std::vector<Bar> bars);
    const std::vector<Bar>& bars() const { return m_bars; }
    QRectF barRect(int bar) const;
    QSize sizeHint() const override;

Q_SIGNALS:
    void chosen(int bar);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;

private:
    std::vector<Bar> m_bars;
};

}
