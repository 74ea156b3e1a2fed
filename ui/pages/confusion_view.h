// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/look.h"

#include <QPointer>
#include <QStackedWidget>

class QPushButton;

namespace ui::bridge {
class Looker;
class Workbench;
}
namespace ui::models {
class RunModel;
}
namespace ui::plots {
class HeatTable;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

class PredictionsView;

/// Which class is taken for which; a cell opens its rows.
class ConfusionView final : public QStackedWidget {
    Q_OBJECT

public:
    explicit ConfusionView(QWidget* parent = nullptr);
    ~ConfusionView() override;

    void setWorkbench(bridge::Workbench* bench);
    void setRun(const models::RunModel* run);
    void refresh();
    void open(int truth, int predicted);
    void close();
    plots::HeatTable* table() const { return m_table; }
    PredictionsView* rows() const { return m_rows; }
    QPushButton* back() const { return m_back; }
    const std::optional<core::session::RowsLook>& seen() const { return m_seen; }
    /// What the matrix is of, or of which cell the rows are.
    QString caption() const;

Q_SIGNALS:
    void captionChanged();
    void rowChosen(qint64 row);

private:
    void ask();
    void take(core::base::Result<core::session::Seen> seen);

    QPointer<bridge::Looker> m_looker;
    bridge::Workbench* m_bench = nullptr;
    const models::RunModel* m_run = nullptr;
    plots::HeatTable* m_table;
    style::Label *m_worst, *m_what;
    QPushButton* m_back;
    PredictionsView* m_rows;
    std::int64_t m_step = -1;
    int m_truth = -1, m_predicted = -1;
    std::optional<std::int64_t> m_askedStep;
    std::optional<core::session::RowsLook> m_seen;
};

}
