// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/fix.h"
#include "core/debug/rule.h"
#include "ui/models/rule_rows.h"

#include <QWidget>

class QPushButton;
class QScrollArea;
class QVBoxLayout;

namespace ui::bridge {
class CureDesk;
class RuleDesk;
class Workbench;
}
namespace ui::plots {
class EvidencePlot;
class RuleLanes;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

class CureView;

/// The findings of the run in front: a lane for each rule; of the chosen one what happened, the evidence against its
/// threshold, why it matters, likely causes, and fixes that can be tried.
class FindingsView final : public QWidget {
    Q_OBJECT

public:
    explicit FindingsView(bridge::Workbench& bench, QWidget* parent = nullptr);
    ~FindingsView() override;

    void refresh();
    const std::vector<models::RuleRow>& rows() const { return m_rows; }
    /// The chosen rule; nullptr: none.
    const models::RuleRow* chosen() const;
    void choose(const QString& rule);
    plots::RuleLanes* lanes() const { return m_lanes; }
    plots::EvidencePlot* evidence() const { return m_evidence; }
    CureView* cure() const { return m_cureView; }
    bridge::CureDesk& desk() const { return *m_cures; }
    bridge::RuleDesk& rules() const { return *m_rules; }

Q_SIGNALS:
    void ruleChosen(); ///< or the rules are others

protected:
    void showEvent(QShowEvent* event) override;

private:
    void showChosen();
    void study();
    void showEvidence();
    void fillWords(const models::RuleRow& row);
    void addCauses(const models::RuleRow& row, const core::debug::RuleFacts& facts);
    void addFixes(const models::RuleRow& row);
    void tryFix(const core::debug::Offer& offer);
    void moveThreshold(double threshold, bool last);
    QString benchText() const;

    bridge::Workbench& m_bench;
    bridge::CureDesk* m_cures; ///< a child
    bridge::RuleDesk* m_rules; ///< a child
    std::vector<models::RuleRow> m_rows;
    QString m_chosen, m_run;
    bool m_picked = false; ///< a person chose the rule; else the first that fired is shown
    style::Label *m_head, *m_empty, *m_title, *m_where, *m_benchText;
    plots::RuleLanes* m_lanes;
    QScrollArea* m_scroll;
    plots::EvidencePlot* m_evidence;
    QWidget *m_card, *m_words;
    QVBoxLayout* m_wordColumn;
    CureView* m_cureView;
    std::optional<double> m_threshold; ///< that was dragged to
    bool m_studiedLive = false;        ///< the run went when its records were asked for last
    bool m_waits = false;              ///< for the answer
};

}
