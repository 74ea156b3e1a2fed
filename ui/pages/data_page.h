// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/inspect.h"
#include "ui/bridge/preview.h"
#include "ui/pages/page.h"

class QStackedLayout;
class QTableView;
class QVBoxLayout;

namespace ui::forms {
class SchemaForm;
}
namespace ui::models {
class SamplesTable;
}
namespace ui::plots {
class BarChart;
class ImageWall;
class SurfacePlot;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

class BeforeAfter;
class ColumnList;
class SplitBar;

/// What is learned from: the source and its columns, the rows, the balance of the classes, the split with its seal, the
/// pipeline, and what spoils a training with a remedy each.
class DataPage final : public Page {
    Q_OBJECT

public:
    explicit DataPage(bridge::Workbench& bench, QWidget* parent = nullptr);

    QStringList inspected() const override;
    /// What is shown, once it is there.
    const core::session::DataPreview& shown() const { return m_shown; }
    bool busy() const { return m_preview.busy(); }
    QString headline() const;
    /// What the problem list says, a line each.
    QStringList problems() const;

protected:
    void showEvent(QShowEvent* event) override;

private:
    struct Seen {
        core::base::Result<core::session::DataPreview> data;
        std::vector<core::session::Point> points;
    };
    QWidget* makeMiddle();
    void fillBelow();
    void ask();
    void take(Seen seen);
    void showFacts();
    void showRows(std::vector<core::session::Point> points);
    void showFigures();
    void showColumn(int index);
    void showPipeline();
    void showProblems();
    void showFailure(const core::base::Error& error);

    bridge::Workbench& m_bench;
    bridge::Preview m_preview;
    core::base::Value m_asked;
    core::session::DataPreview m_shown;
    style::Label* m_title;
    style::Label* m_facts;
    style::Label* m_state;
    style::Label* m_listTitle;
    style::Label* m_failure;
    ColumnList* m_columns;
    QWidget* m_left;
    QStackedLayout* m_middle;
    QTableView* m_table;
    models::SamplesTable* m_rows;
    plots::ImageWall* m_wall;
    plots::SurfacePlot* m_points;
    style::Label* m_balanceTitle;
    plots::BarChart* m_balance;
    plots::BarChart* m_histogram;
    SplitBar* m_split;
    forms::SchemaForm* m_pipeline;
    BeforeAfter* m_pairs;
    QWidget* m_below;
    QWidget* m_pipelineArea;
    QVBoxLayout* m_problems;
};

}
