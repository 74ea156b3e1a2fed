// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bridge/preview.h"
#include "ui/models/surrogate_scene.h"
#include "ui/models/trials_table.h"

#include <QTimer>
#include <QWidget>

class QComboBox;
class QSlider;
class QToolButton;

namespace ui::style {
class Label;
}

namespace ui::pages {

class PointBar;

/// The model that a strategy has of the objective: over one parameter its mean, doubt and acquisition, over two one of
/// them as colours. A slider goes back to what it was after fewer trials, and plays how it grew.
class SurrogateView final : public QWidget {
    Q_OBJECT

public:
    using Study = models::TrialsTable::Study;

    explicit SurrogateView(QWidget* parent = nullptr);

    void setStudy(const Study& study);
    void setLit(qint64 trial);
    void setFaded(const std::vector<qint64>& trials);
    /// What is drawn; nullptr before the first is reckoned and where there is none.
    const models::SurrogateScene* scene() const { return m_scene ? &*m_scene : nullptr; }
    plots::StudyPlot* upper() const { return m_upper; }
    plots::StudyPlot* lower() const { return m_lower; }
    QSlider* slider() const { return m_slider; }
    QComboBox* across() const { return m_x; }
    QComboBox* up() const { return m_y; }
    QToolButton* player() const { return m_play; }

Q_SIGNALS:
    void hovered(qint64 trial);
    void chosen(qint64 trial);
    void opened(qint64 trial);
    void tryWanted(core::base::Object point);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void build();
    void fill();
    void ask();
    void draw();
    void tell();
    void pick(const QPointF& place);
    void play(bool on);
    void step();

    Study m_study;
    std::optional<models::SurrogateScene> m_scene;
    QString m_filled, m_problem;
    std::int64_t m_order = -1; ///< of the study that was asked about
    QComboBox *m_x, *m_y, *m_shown;
    QSlider* m_slider;
    QToolButton* m_play;
    style::Label *m_after, *m_note;
    plots::StudyPlot *m_upper, *m_lower;
    PointBar* m_point;
    QTimer m_ticker;
    bool m_stale = true;
    bridge::Preview m_worker;
};

}
