// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/rule_trials.h"
#include "core/session/rules.h"

#include <QObject>
#include <QString>

#include <memory>
#include <optional>
#include <vector>

namespace ui::bridge {

class Worker;
class Workbench;

/// What may have caused what a rule found, the likeliest first, and what may help.
struct RuleAdvice {
    std::string rule; ///< its name in the run
    std::vector<core::debug::RankedCause> causes;
    std::vector<core::debug::Offer> offers;
};

/// Asks rules about recorded runs, aside from the window: what they compared, and where they would have fired under
/// other parameters, and how often they are wrong. Of what is asked the last counts.
class RuleDesk final : public QObject {
    Q_OBJECT

public:
    explicit RuleDesk(Workbench& bench, QObject* parent = nullptr);
    ~RuleDesk() override;

    /// About the run in that folder; what a run that has ended recorded is read once and kept until `forget`.
    void study(const QString& folder, const core::spec::RuleSpec& rule);
    /// Why a rule of that run fired, by what all of its rules found.
    void advise(const QString& folder, const core::spec::RuleSpec& rule, const std::string& name,
                std::vector<core::events::Finding> findings);
    /// About every recorded run of the window's folder; with `sweep` under other thresholds too.
    void tryEverywhere(const core::spec::RuleSpec& rule, bool sweep);
    /// Says whether runs have what a rule looks for; then they are read anew by whoever asks again.
    void mark(const std::vector<QString>& folders, const QString& rule, std::optional<bool> sick);
    void forget();

    const std::optional<core::debug::Evidence>& result() const { return m_result; }
    const std::optional<RuleAdvice>& advice() const { return m_advice; }
    const QString& problem() const { return m_problem; } ///< why there is none
    const std::optional<core::session::RuleTrials>& trials() const { return m_trials; }

Q_SIGNALS:
    void studied();
    void advised();
    void trialsChanged();
    void trialsGo(qint64 done, qint64 all);
    void marked();

private:
    struct Asked;
    Workbench& m_bench;
    std::optional<core::debug::Evidence> m_result;
    std::optional<RuleAdvice> m_advice;
    QString m_problem;
    std::optional<core::session::RuleTrials> m_trials;
    quint64 m_asked = 0, m_askedWhy = 0, m_askedEverywhere = 0;
    std::shared_ptr<core::session::RecordedRuns> m_recorded; ///< used by the workers alone
    std::shared_ptr<Asked> m_newest;
    std::unique_ptr<Worker> m_everywhereWorker, m_worker;
};

}
