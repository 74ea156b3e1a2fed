// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/jobs/job.h"

#include <QWidget>

#include <array>

namespace ui::pages {

/// SageMaker's states of a training job as a graph: the way that a job went is lit, with how often and how long it was
/// in each state.
class JobGraph final : public QWidget {
    Q_OBJECT

public:
    using State = core::jobs::JobState;

    explicit JobGraph(QWidget* parent = nullptr);
    void setChanges(std::vector<core::jobs::StateChange> changes);

    int visits(State state) const { return m_nodes[std::size_t(state)].visits; }
    bool walked(State from, State to) const;
    QPointF placeOf(State state) const;
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Node {
        int visits = 0;
        double seconds = 0;
        QString reason; ///< of the last visit
    };
    void count();
    void fit();
    void paintNode(QPainter& painter, State state) const;
    void paintEdge(QPainter& painter, State from, State to, bool lit) const;
    int nodeAt(const QPointF& position) const;

    std::vector<core::jobs::StateChange> m_changes;
    std::array<Node, core::jobs::jobStates> m_nodes{};
};

}
