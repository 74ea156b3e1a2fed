// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/finders.h"
#include "ui/bridge/worker.h"

#include <QString>

#include <atomic>
#include <memory>
#include <optional>

namespace ui::bridge {

class Workbench;

/// Finds a learning rate or a batch size by training a little aside: with the network of the run that trains (borrowed
/// between two steps, put back bit for bit), with that of the step that is shown, else with a new one.
class Finder final : public QObject {
    Q_OBJECT

public:
    enum class Kind { Rate, BatchSize };

    explicit Finder(Workbench& bench);
    ~Finder() override;

    void start(Kind kind);
    void cancel();
    Kind kind() const { return m_kind; }
    bool going() const { return m_stop != nullptr; }
    /// 0 … 1.
    double progress() const { return m_progress; }
    /// Whose weights it is tried with.
    const QString& from() const { return m_from; }
    const QString& problem() const { return m_problem; }
    const std::optional<core::session::RangeTest>& rates() const { return m_rates; }
    const std::optional<core::session::BatchSearch>& batches() const { return m_batches; }

    /// Sets the optimizer's rate so that the schedule gives `lr` for the next step; the rest of the curve keeps its
    /// shape.
    void useRate(double lr);
    void useBatchSize(std::int64_t size);

Q_SIGNALS:
    void started(); ///< by a person: whoever shows it comes up
    void changed();

private:
    template <class Found>
    void take(core::base::Result<Found> found, std::optional<Found>& into);
    core::session::Going going(const std::shared_ptr<std::atomic<bool>>& stop);
    /// Lets `answer` run on the window's thread unless this search was given up by then.
    template <class Found>
    core::session::Done<Found> telling(std::optional<Found> Finder::*into);

    Workbench& m_bench;
    Kind m_kind = Kind::Rate;
    QString m_from, m_problem;
    double m_progress = 0;
    std::optional<core::session::RangeTest> m_rates;
    std::optional<core::session::BatchSearch> m_batches;
    std::shared_ptr<std::atomic<bool>> m_stop; ///< of the search that goes on
    std::unique_ptr<Worker> m_worker;          ///< last: waited for before anything it tells goes
};

}
