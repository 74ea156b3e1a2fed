// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <memory>

class QComboBox;
class QStackedWidget;

namespace ui::bridge {
class Worker;
}
namespace ui::models {
class RunModel;
}
namespace ui::plots {
class HeatTable;
class WeightsPlot;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

class PredictionsView;
class SurfaceView;
class ViewButton;

/// What stands beside the curves; the person chooses which. Until then: the surface where the data has two features,
/// else the confusion matrix for classes, else the predictions.
class RunSide final : public QWidget {
    Q_OBJECT

public:
    enum class View { Surface, Confusion, Predictions, Weights };

    explicit RunSide(QWidget* parent = nullptr);
    ~RunSide() override;

    void setRun(const models::RunModel* run);
    void refresh();
    void choose(View view);
    /// For a place that is wider than high: keyframes stand beside the surface.
    void setWide(bool wide);
    View view() const;

private:
    void chooseByRun();
    void show(View view);
    void loadPoints();
    void showConfusion();
    void showWeights();
    void showCaption();

    const models::RunModel* m_run = nullptr;
    ViewButton* m_title;
    style::Label* m_caption;
    QStackedWidget* m_stack;
    SurfaceView* m_surface;
    QWidget* m_confusionPage;
    plots::HeatTable* m_confusion;
    style::Label* m_worst;
    PredictionsView* m_predictions;
    plots::WeightsPlot* m_weights;
    bool m_chosen = false, m_pointsAsked = false;
    std::int64_t m_confusionStep = -1;
    std::size_t m_trailRows = 0; ///< of the history that the weights show
    quint64 m_generation = 0;
    std::unique_ptr<bridge::Worker> m_worker;
};

}
