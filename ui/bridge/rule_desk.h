// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/spec/rules.h"

#include <QObject>
#include <QString>

#include <memory>
#include <optional>
#include <vector>

namespace ui::bridge {

class Worker;
class Workbench;

/// What a rule looked at in a run, and where it would have fired under other parameters.
struct RuleStudy {
    struct Line {
        QString name;
        std::vector<double> steps, values;
        bool fires = false;
    };
    std::vector<Line> lines;      ///< of each tensor what is compared, those that fire first
    std::vector<double> steps;    ///< at which it fires
    std::vector<QString> tensors; ///< that fire
    QString problem;              ///< why there is nothing
};

/// The same rule over another recorded run.
struct RuleElsewhere {
    QString run, folder;
    std::int64_t times = 0;
    double first = -1;
    bool healthy = false, sick = false; ///< as a person marked it
};

/// Asks rules about recorded runs, aside from the window. Of what is asked the last counts.
class RuleDesk final : public QObject {
    Q_OBJECT

public:
    explicit RuleDesk(Workbench& bench, QObject* parent = nullptr);
    ~RuleDesk() override;

    /// About the run in that folder; what it recorded so far is read once and kept until `forget`.
    void study(const QString& folder, const core::spec::RuleSpec& rule);
    /// About every recorded run of the window's folder.
    void lookElsewhere(const core::spec::RuleSpec& rule);
    void forget();
    bool busy() const { return m_busy > 0; }
    const std::optional<RuleStudy>& result() const { return m_result; }
    const std::vector<RuleElsewhere>& elsewhere() const { return m_elsewhere; }

Q_SIGNALS:
    void studied();
    void elsewhereChanged();

private:
    struct Kept;
    Workbench& m_bench;
    std::optional<RuleStudy> m_result;
    std::vector<RuleElsewhere> m_elsewhere;
    int m_busy = 0;
    quint64 m_asked = 0, m_askedElsewhere = 0;
    std::shared_ptr<Kept> m_kept; ///< used by the worker alone
    std::unique_ptr<Worker> m_worker;
};

}
