// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/look.h"

#include <QImage>
#include <QPointer>
#include <QWidget>

#include <map>

class QLabel;
class QProgressBar;
class QPushButton;

namespace ui::bridge {
class Looker;
class Workbench;
class Worker;
}
namespace ui::models {
class RunModel;
}
namespace ui::plots {
class ScatterPlot;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

/// Validation rows where the last layer sees them: their two principal components at once, t-SNE on request.
class EmbeddingView final : public QWidget {
    Q_OBJECT

public:
    explicit EmbeddingView(QWidget* parent = nullptr);
    ~EmbeddingView() override;

    void setWorkbench(bridge::Workbench* bench);
    void setRun(const models::RunModel* run);
    void refresh();
    const std::optional<core::session::Embedding>& embedding() const { return m_embedding; }
    const std::optional<core::session::Tsne>& tsne() const { return m_tsne; }
    plots::ScatterPlot* plot() const { return m_plot; }
    QPushButton* tsneButton() const { return m_button; }
    QString caption() const;

Q_SIGNALS:
    void captionChanged();
    void rowChosen(qint64 row);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void ask();
    void take(core::base::Result<core::session::Seen> seen);
    void fetchImages();
    void project();
    void showPoints();
    void showProgress();
    void hover(int point);
    QString tell(int point) const;
    QString className(double target) const;

    QPointer<bridge::Looker> m_looker;
    bridge::Workbench* m_bench = nullptr;
    const models::RunModel* m_run = nullptr;
    plots::ScatterPlot* m_plot;
    QPushButton *m_button, *m_again;
    QProgressBar* m_progress;
    QLabel* m_picture;
    style::Label *m_note, *m_hovered;
    std::optional<core::session::Embedding> m_embedding;
    std::optional<core::session::Tsne> m_tsne;
    std::optional<std::int64_t> m_askedStep;
    std::map<std::int64_t, QImage> m_images;
    quint64 m_generation = 0;
    std::unique_ptr<bridge::Worker> m_worker;
};

}
