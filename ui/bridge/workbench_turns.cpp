// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/folds.h"
#include "ui/bridge/workbench_work.h"

namespace ui::bridge {

using core::base::Error;
using core::base::Value;
using models::RunModel;

int Workbench::waiting() const
{
    return int(m_work->turn.size());
}

void Workbench::train(bool startPaused)
{
    if (training()) {
        if (paused() && !startPaused)
            proceed();
        return;
    }
    if (!m_document.problems().empty()) {
        Q_EMIT trouble(m_document.problems().front());
        return;
    }
    if (core::session::crossValidated(m_document.resolved()))
        return trainFolds();
    launch(m_document.resolved(), startPaused, false);
}

/// How many folds there are may take a look at the data.
void Workbench::trainFolds()
{
    m_work->worker.run([this, resolved = m_document.resolved(), opening = ++m_work->opening]() -> Worker::Answer {
        const auto folds = core::session::foldsOf(resolved);
        if (!folds)
            return [this, error = folds.error()] { Q_EMIT trouble(error); };
        return [this, resolved, folds = *folds, opening] {
            if (training() || opening != m_work->opening)
                return;
            std::vector<Turn> turns;
            for (std::int64_t fold = 0; fold < folds; ++fold)
                turns.push_back({core::session::ofFold(resolved, fold), {}, {}, true});
            trainInTurn(std::move(turns));
        };
    });
}

void Workbench::trainAgain(const std::vector<std::pair<QString, Value>>& changes, const QString& text)
{
    if (training())
        return;
    m_document.setAll(changes, text);
    if (!m_document.problems().empty()) {
        Q_EMIT trouble(m_document.problems().front());
        return;
    }
    if (core::session::crossValidated(m_document.resolved()))
        return trainFolds();
    launch(m_document.resolved(), false, true);
}

void Workbench::trainInTurn(std::vector<Turn> turns)
{
    if (training())
        return;
    replay(0);
    // The run before may have finished without having been let go of.
    ended();
    clearOverlays();
    m_work->turn.assign(std::make_move_iterator(turns.begin()), std::make_move_iterator(turns.end()));
    if (m_front) {
        RunModel* before = std::exchange(m_front, nullptr);
        Q_EMIT frontChanged();
        forget(before);
    }
    nextInTurn();
}

void Workbench::nextInTurn()
{
    if (m_work->turn.empty())
        return;
    const Turn& turn = m_work->turn.front();
    if (turn.branchAt && m_front)
        return branchInTurn(turn);
    if (turn.fold) {
        const Value experiment = turn.experiment;
        m_work->turn.pop_front();
        return launch(experiment, false, true);
    }
    m_document.open(turn.experiment);
    m_work->turn.pop_front();
    if (!m_document.problems().empty()) {
        m_work->turn.clear();
        Q_EMIT trouble(m_document.problems().front());
        return;
    }
    launch(m_document.resolved(), false, true);
}

/// The turn waits in its place until the branch is made.
void Workbench::branchInTurn(const Turn& turn)
{
    branch(m_front->folder(), *turn.branchAt, turn.changes, {}, [this](const std::optional<Error>& error) {
        if (error) {
            m_work->turn.clear();
            Q_EMIT trouble(*error);
            Q_EMIT stateChanged();
        } else if (!m_work->turn.empty()) {
            m_work->turn.pop_front();
        }
    });
}

}
