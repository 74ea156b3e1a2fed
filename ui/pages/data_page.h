// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/data_view.h"
#include "ui/pages/page.h"

class QPushButton;
class QStackedLayout;

namespace ui::bridge {
class DataDesk;
class Preview;
class Workbench;
}
namespace ui::forms {
class SchemaForm;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

class BeforeAfter;
class ColumnList;
class DataCharts;
class DoctorList;
class LookView;
class PointsView;
class ModeBar;
class RowsView;
class SampleWall;
class SplitBar;

/// What is learned from: the source and its columns, the rows as a table, pictures or points, charts, the split with
/// its seal, the pipeline before and after, and what spoils a training with a remedy each. A file or folder that is
/// dropped here is opened.
class DataPage final : public Page {
    Q_OBJECT

public:
    explicit DataPage(bridge::Workbench& bench, QWidget* parent = nullptr);
    ~DataPage() override;

    QStringList inspected() const override;
    /// What is shown; nullptr until it is there.
    std::shared_ptr<const core::session::DataView> shown() const;
    bool busy() const;
    QString headline() const;
    /// What the problem list says, a line each.
    QStringList problems() const;
    bridge::DataDesk& desk() { return *m_desk; }
    RowsView* rows() const { return m_rows; }
    PointsView* points() const { return m_points; }
    SampleWall* wall() const { return m_wall; }
    DataCharts* charts() const { return m_charts; }
    ModeBar* modes() const { return m_modes; }
    /// `rows`, `points` or `pictures`, where there are several.
    void setMiddle(const QString& name);
    void saveRows();

protected:
    void showEvent(QShowEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QWidget* makeMiddle();
    QLayout* makeHead();
    void fillBelow();
    void connectParts();
    void take();
    void showFacts();
    void showMiddle();
    void showSplit();
    void showPipeline();
    void showFailure(const core::base::Error& error);
    void showProblem(const core::data::Problem& problem);
    void lookAt(qint64 row);

    bridge::Workbench& m_bench;
    bridge::DataDesk* m_desk;
    bridge::Preview* m_drawing; ///< what the pipeline makes of the samples
    style::Label* m_title;
    style::Label* m_facts;
    style::Label* m_state;
    style::Label* m_failure;
    style::Label* m_advice;
    QPushButton* m_switch;
    QPushButton* m_clear;
    QPushButton* m_save;
    QPushButton* m_suggest;
    QPushButton* m_newDraw;
    ColumnList* m_columns;
    QWidget* m_left;
    QStackedLayout* m_middle;
    RowsView* m_rows;
    SampleWall* m_wall;
    PointsView* m_points;
    LookView* m_look;
    DataCharts* m_charts;
    SplitBar* m_split;
    ModeBar* m_modes;
    forms::SchemaForm* m_pipeline;
    BeforeAfter* m_pairs;
    QWidget* m_below;
    QWidget* m_pipelineArea;
    DoctorList* m_doctor;
    QString m_middleName;
    qint64 m_draw = 0;
};

}
