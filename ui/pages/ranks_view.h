// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>
#include <QTimer>
#include <QWidget>

class QPushButton;

namespace ui::bridge {
class Workbench;
}
namespace ui::models {
class RunModel;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

class PipelinePicture;
class MemoryLine;
class RankGrid;
class RankLanes;
class AllReducePanel;
class RankMistakes;
class ScalingPanel;

/// What the ranks of a training do: step by step in lanes, their figures side by side, mistakes to be made on purpose
/// with the findings that catch them, how gradients are averaged, and what more ranks would bring.
class RanksView final : public QWidget {
    Q_OBJECT

public:
    explicit RanksView(bridge::Workbench& bench, QWidget* parent = nullptr);
    ~RanksView() override;

    QString headline() const;
    RankLanes& lanes() { return *m_lanes; }
    RankGrid& grid() { return *m_grid; }
    PipelinePicture& pipeline() { return *m_pipeline; }
    MemoryLine& memory() { return *m_memory; }
    RankMistakes& mistakes() { return *m_mistakes; }
    AllReducePanel& allReduce() { return *m_allReduce; }
    ScalingPanel& scaling() { return *m_scaling; }

protected:
    void showEvent(QShowEvent* event) override;

private:
    QWidget* buildInside();
    void follow();
    void refreshSoon();
    void refresh();
    void begin();
    /// What the run's pipeline did in a step; empty: it has none.
    QString showPipeline();

    bridge::Workbench& m_bench;
    QPointer<models::RunModel> m_run;
    style::Label *m_headline = nullptr, *m_told = nullptr;
    QPushButton* m_begin = nullptr;
    QWidget* m_measured = nullptr;
    RankLanes* m_lanes = nullptr;
    RankGrid* m_grid = nullptr;
    PipelinePicture* m_pipeline = nullptr;
    style::Label* m_blocks = nullptr;
    MemoryLine* m_memory = nullptr;
    RankMistakes* m_mistakes = nullptr;
    AllReducePanel* m_allReduce = nullptr;
    ScalingPanel* m_scaling = nullptr;
    QTimer m_timer;
};

}
