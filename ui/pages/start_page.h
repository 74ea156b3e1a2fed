// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/cards.h"
#include "ui/pages/page.h"

namespace ui::style {
class Label;
}

namespace ui::pages {

class CardButton;
class CardPanel;
class DropTarget;
class RecentRuns;

/// Sample cards, recent runs, and the way in for a person's own data.
class StartPage final : public Page {
    Q_OBJECT

public:
    explicit StartPage(bridge::Workbench& workbench, QWidget* parent = nullptr);

    QWidget* inspectorPanel() override;
    const std::vector<models::Card>& cards() const { return m_cards; }
    const std::vector<CardButton*>& buttons() const { return m_buttons; }
    RecentRuns* recent() const { return m_recent; }
    /// Trains a card's runs and goes to the Train page.
    void train(const models::Card& card);
    /// Shows a card's recorded runs as if they trained now.
    void play(const models::Card& card);
    /// Opens a data file, a folder, an experiment or a run.
    void open(const QString& path);

private:
    const models::Card* selected() const;
    void select();

    bridge::Workbench& m_workbench;
    std::vector<models::Card> m_cards;
    std::vector<CardButton*> m_buttons;
    CardPanel* m_panel;
    RecentRuns* m_recent;
    DropTarget* m_drop;
};

}
