// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/replay.h"
#include "ui/bridge/preview.h"
#include "ui/models/trials_table.h"

#include <QWidget>

class QTableWidget;

namespace ui::style {
class Label;
}

namespace ui::pages {

/// A rule of early stopping over the trials of a study.
struct ReplayedRule {
    std::string kind;
    QString title, help;
    core::tune::Replayed what;
};
/// Every rule there is with its defaults, and the study's own as it is set.
std::vector<ReplayedRule> replayRules(const core::tune::StudyState& study);

/// What each rule would have done to the same trials: which it stops, the steps that saves, and how much worse the best
/// trial that is left would be. A rule chosen lists its stops.
class ReplayView final : public QWidget {
    Q_OBJECT

public:
    using Study = models::TrialsTable::Study;

    explicit ReplayView(QWidget* parent = nullptr);

    void setStudy(const Study& study);
    void setLit(qint64 trial);
    QTableWidget* rules() const { return m_rules; }
    QTableWidget* stops() const { return m_stops; }

Q_SIGNALS:
    void chosen(qint64 trial);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void ask();
    void fillRules();
    void fillStops();

    Study m_study;
    std::int64_t m_finished = -1;
    bool m_stale = true, m_filling = false;
    std::string m_rule; ///< whose stops are listed
    std::vector<ReplayedRule> m_replayed;
    QTableWidget *m_rules, *m_stops;
    style::Label* m_note;
    bridge::Preview m_worker;
};

}
