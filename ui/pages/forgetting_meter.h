// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <vector>

class QPushButton;
class QTableWidget;

namespace ui::models {
class RunModel;
struct Forgetting;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

/// How full of the old task the network still is: a bar from nothing to what it knew at the start.
class ForgettingGauge final : public QWidget {
    Q_OBJECT

public:
    using QWidget::QWidget;
    /// Both in [0, 1].
    void setLevels(double atStart, double now);
    QSize sizeHint() const override { return {120, 12}; }
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    double m_start = 0, m_now = 0;
};

/// Under the curves of a run that learns a new task on top of an old one: what is left of the old one, and once there
/// are several such runs, a row for each remedy. Hidden for other runs.
class ForgettingMeter final : public QWidget {
    Q_OBJECT

public:
    explicit ForgettingMeter(QWidget* parent = nullptr);

    /// The one in front first.
    void setRuns(const std::vector<models::RunModel*>& runs);
    /// Whether remedies can be trained now.
    void setOffers(bool offers);
    QTableWidget* table() const { return m_table; }

Q_SIGNALS:
    /// Each remedy is to be trained beside none.
    void compareWanted();

private:
    void showTable(const std::vector<models::RunModel*>& runs);

    style::Label *m_title, *m_now, *m_change;
    ForgettingGauge* m_gauge;
    QPushButton* m_compare;
    QTableWidget* m_table;
};

}
