// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/start_page.h"

#include "ui/bridge/workbench.h"
#include "ui/pages/card_button.h"
#include "ui/pages/card_panel.h"
#include "ui/pages/drop_target.h"
#include "ui/pages/recent_runs.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QDir>
#include <QFileInfo>
#include <QHBoxLayout>

#include <algorithm>

namespace ui::pages {

using core::base::Object;
using style::Label;
using style::Tone;

namespace {

constexpr int columns = 3;
constexpr double longestReplay = 20; ///< seconds

QString subtitle(const std::vector<models::Card>& cards)
{
    double longest = 0;
    int recorded = 0;
    for (const models::Card& card : cards) {
        recorded += card.recording.empty() ? 0 : 1;
        longest = std::max(longest, card.seconds());
    }
    if (recorded == 0)
        return QObject::tr("choose a card, then train it");
    return QObject::tr("%1 recorded experiments, each in under %2")
        .arg(recorded)
        .arg(style::duration(std::ceil(longest / 30) * 30));
}

}

StartPage::StartPage(bridge::Workbench& workbench, QWidget* parent)
    : Page(parent),
      m_workbench(workbench),
      m_panel(new CardPanel(this)),
      m_recent(new RecentRuns),
      m_drop(new DropTarget)
{
    if (auto cards = models::readCards())
        m_cards = std::move(*cards);
    m_panel->hide();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 20, 24, 20);
    column->setSpacing(16);
    auto* head = new QHBoxLayout;
    head->addWidget(new Label(tr("See it learn"), Tone::Title));
    head->addStretch();
    head->addWidget(new Label(subtitle(m_cards), Tone::Muted), 0, Qt::AlignBottom);
    column->addLayout(head);
    auto* grid = new QGridLayout;
    grid->setSpacing(16);
    for (std::size_t i = 0; i < m_cards.size(); ++i) {
        auto* button = new CardButton(m_cards[i]);
        m_buttons.push_back(button);
        grid->addWidget(button, int(i) / columns, int(i) % columns);
        connect(button, &QAbstractButton::toggled, this, [this](bool on) {
            if (on)
                select();
        });
        connect(button, &CardButton::trainWanted, this, [this, button] { train(button->card()); });
    }
    // A person's own data stands last, where the eye ends.
    grid->addWidget(m_drop, int(m_cards.size()) / columns, int(m_cards.size()) % columns);
    for (int row = 0; row * columns <= int(m_cards.size()); ++row)
        grid->setRowStretch(row, 1);
    column->addLayout(grid, 5);
    column->addSpacing(4);
    column->addWidget(m_recent, 1);

    connect(m_panel, &CardPanel::trainWanted, this, [this] {
        if (const models::Card* card = selected())
            train(*card);
    });
    connect(m_panel, &CardPanel::recordingWanted, this, [this] {
        if (const models::Card* card = selected())
            play(*card);
    });
    connect(m_panel, &CardPanel::fileWanted, m_drop, &DropTarget::choose);
    connect(m_drop, &DropTarget::opened, this, &StartPage::open);
    connect(m_drop, &DropTarget::paintWanted, this, [this] {
        m_workbench.document().open(Object{{"name", "painted"}, {"data", Object{{"source", "canvas"}}}});
        Q_EMIT m_workbench.pageRequested("data");
    });
    connect(m_recent, &RecentRuns::openWanted, this, &StartPage::open);
    connect(m_recent, &RecentRuns::resumeWanted, this, [this](const QString& folder) {
        m_workbench.resumeRun(folder);
        Q_EMIT m_workbench.pageRequested("train");
    });
    connect(&m_workbench, &bridge::Workbench::runsChanged, this,
            [this] { m_recent->reload(m_workbench.runsFolder()); });
    m_recent->reload(m_workbench.runsFolder());
    if (!m_buttons.empty())
        m_buttons.front()->setChecked(true);
}

QWidget* StartPage::inspectorPanel()
{
    return m_cards.empty() ? nullptr : m_panel;
}

const models::Card* StartPage::selected() const
{
    const auto checked = std::ranges::find_if(m_buttons, [](const CardButton* button) { return button->isChecked(); });
    return checked == m_buttons.end() ? nullptr : &(*checked)->card();
}

void StartPage::select()
{
    m_panel->setCard(selected());
    Q_EMIT inspectedChanged();
}

void StartPage::train(const models::Card& card)
{
    if (card.runs.empty()) {
        m_drop->choose();
        return;
    }
    if (m_workbench.training()) {
        Q_EMIT m_workbench.trouble(
            {core::base::ErrorKind::Usage, "A run is training", {}, "Stop it first, then train this card"});
        return;
    }
    std::vector<bridge::Workbench::Turn> turns;
    for (const models::CardRun& run : card.runs)
        turns.push_back({run.experiment, run.branchAt, run.changes});
    m_workbench.trainInTurn(std::move(turns));
    Q_EMIT m_workbench.pageRequested("train");
}

void StartPage::play(const models::Card& card)
{
    if (m_workbench.training() || card.recording.empty())
        return;
    m_workbench.clearOverlays();
    m_workbench.document().open(card.runs.back().experiment);
    for (std::size_t i = 0; i < card.recording.size(); ++i)
        m_workbench.showRecord(card.recording[i], i > 0);
    const auto& last = card.recording.back();
    m_workbench.replay(last.finished ? std::max(1.0, last.finished->trainSeconds / longestReplay) : 1);
    Q_EMIT m_workbench.pageRequested("train");
}

void StartPage::open(const QString& path)
{
    const QFileInfo file(path);
    if (file.isDir() && QFileInfo::exists(QDir(path).filePath("spec.json"))) {
        m_workbench.openRun(path);
        Q_EMIT m_workbench.pageRequested("train");
        return;
    }
    if (file.suffix() == "json") {
        if (auto status = m_workbench.document().openFile(path); !status) {
            Q_EMIT m_workbench.trouble(status.error());
            return;
        }
    } else {
        m_workbench.document().open(Object{{"data", Object{{"source", path.toStdString()}}}});
    }
    Q_EMIT m_workbench.pageRequested("data");
}

}
