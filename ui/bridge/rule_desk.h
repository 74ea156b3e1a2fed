// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/rule_bench.h"

#include <QObject>
#include <QString>

#include <memory>
#include <optional>
#include <vector>

namespace ui::bridge {

class Worker;
class Workbench;

/// A rule over another recorded run.
struct RuleElsewhere {
    QString run, folder;
    std::int64_t times = 0;
    double first = -1; ///< step; -1: it would not fire
};

/// Asks rules about recorded runs, aside from the window: what they compared, and where they would have fired under
/// other parameters. Of what is asked the last counts.
class RuleDesk final : public QObject {
    Q_OBJECT

public:
    explicit RuleDesk(Workbench& bench, QObject* parent = nullptr);
    ~RuleDesk() override;

    /// About the run in that folder; what a run that has ended recorded is read once and kept until `forget`.
    void study(const QString& folder, const core::spec::RuleSpec& rule);
    /// About every other recorded run of the window's folder.
    void lookElsewhere(const QString& except, const core::spec::RuleSpec& rule);
    void forget();

    const std::optional<core::debug::Evidence>& result() const { return m_result; }
    const QString& problem() const { return m_problem; } ///< why there is none
    const std::vector<RuleElsewhere>& elsewhere() const { return m_elsewhere; }

Q_SIGNALS:
    void studied();
    void elsewhereChanged();

private:
    struct Kept;
    Workbench& m_bench;
    std::optional<core::debug::Evidence> m_result;
    QString m_problem;
    std::vector<RuleElsewhere> m_elsewhere;
    quint64 m_asked = 0, m_askedElsewhere = 0;
    std::shared_ptr<Kept> m_kept; ///< used by the workers alone
    std::unique_ptr<Worker> m_elsewhereWorker, m_worker;
};

}
