// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <memory>

class QStackedWidget;
class QToolButton;

namespace ui::bridge {
class Workbench;
class Worker;
}
namespace ui::models {
class RunModel;
}
namespace ui::plots {
class WeightsPlot;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

class ClassCurves;
class ConfusionView;
class EmbeddingView;
class InsideView;
class LandscapeView;
class PredictionsView;
class SampleView;
class SurfaceView;
class ViewButton;

/// What stands beside the curves; the person chooses which. Until then: the surface where the data has two features,
/// else the confusion matrix for classes, else the predictions.
class RunSide final : public QWidget {
    Q_OBJECT

public:
    enum class View { Surface, Confusion, Predictions, Weights, Inside, Classes, Sample, Embedding, Landscape };

    explicit RunSide(QWidget* parent = nullptr);
    ~RunSide() override;

    /// With one the network of the run can be looked into.
    void setWorkbench(bridge::Workbench* bench);
    void setRun(const models::RunModel* run);
    void refresh();
    void choose(View view);
    /// For a place that is wider than high: keyframes stand beside the surface.
    void setWide(bool wide);
    View view() const;
    /// Whether it has the whole page.
    bool alone() const { return m_alone; }
    InsideView* inside() const { return m_inside; }
    ClassCurves* classes() const { return m_classes; }
    SampleView* sample() const { return m_sample; }
    EmbeddingView* embedding() const { return m_embedding; }
    LandscapeView* landscape() const { return m_landscape; }
    ConfusionView* confusion() const { return m_confusion; }
    PredictionsView* predictions() const { return m_predictions; }

Q_SIGNALS:
    /// The person wants it to have the whole page, or a part again.
    void aloneWanted(bool alone);

private:
    void openRow(qint64 row);
    void chooseByRun();
    void show(View view);
    void loadPoints();
    void showWeights();
    void showCaption();

    const models::RunModel* m_run = nullptr;
    ViewButton* m_title;
    style::Label* m_caption;
    QStackedWidget* m_stack;
    SurfaceView* m_surface;
    ConfusionView* m_confusion;
    PredictionsView* m_predictions;
    plots::WeightsPlot* m_weights;
    InsideView* m_inside;
    ClassCurves* m_classes;
    SampleView* m_sample;
    EmbeddingView* m_embedding;
    LandscapeView* m_landscape;
    QToolButton* m_expand;
    bool m_alone = false;
    bool m_chosen = false, m_pointsAsked = false;
    std::size_t m_trailRows = 0; ///< of the history that the weights show
    quint64 m_generation = 0;
    std::unique_ptr<bridge::Worker> m_worker;
};

}
