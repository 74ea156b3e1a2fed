// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/data_view.h"
#include "ui/bridge/preview.h"

#include <QWidget>

class QStackedLayout;

namespace ui::plots {
class BarChart;
class MatrixPlot;
class TimePlot;
}

namespace ui::pages {

class ViewButton;

/// One look at the whole of the data, to choose: how many of each class, how a column is spread, what goes together,
/// where cells are missing, a column along time, how long texts are.
class DataCharts final : public QWidget {
    Q_OBJECT

public:
    explicit DataCharts(QWidget* parent = nullptr);

    void setView(std::shared_ptr<const core::session::DataView> view);
    void setColumn(int column);
    /// `balance column correlations missing time lengths`
    void choose(const QString& chart);
    QString chosen() const { return m_chosen; }
    QStringList offered() const;
    bool busy() const { return m_preview.busy(); }

Q_SIGNALS:
    void columnClicked(int column);

private:
    void offer();
    void show();
    void showBalance();
    void showColumn();
    void showCorrelations();
    void showMissing();
    void showTime();
    void showLengths();

    std::shared_ptr<const core::session::DataView> m_view;
    bridge::Preview m_preview;
    int m_column = -1;
    std::vector<std::size_t> m_correlated; ///< the columns of the matrix
    QString m_chosen;
    bool m_byHand = false;
    ViewButton* m_button;
    QStackedLayout* m_stack;
    plots::BarChart* m_bars;
    plots::MatrixPlot* m_matrix;
    plots::TimePlot* m_time;
};

}
