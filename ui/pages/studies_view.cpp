// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/studies_view.h"

#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QHBoxLayout>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace ui::pages {

using plots::StudyPlot;
using style::Label;
using style::Tone;

StudiesView::StudiesView(QWidget* parent)
    : QWidget(parent),
      m_list(new QListWidget),
      m_compare(new QPushButton(tr("Compare strategies…"))),
      m_note(new Label({}, Tone::Body)),
      m_plot(new StudyPlot)
{
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(24);
    auto* left = new QVBoxLayout;
    left->setSpacing(8);
    left->addWidget(m_list, 1);
    left->addWidget(m_compare);
    row->addLayout(left, 2);
    auto* right = new QVBoxLayout;
    right->setSpacing(4);
    right->addWidget(m_note);
    right->addWidget(m_plot, 1);
    row->addLayout(right, 7);
    m_list->setObjectName("studiesList");
    m_list->setAccessibleName(tr("Studies to compare"));
    m_list->setMinimumWidth(240);
    m_note->setObjectName("studiesNote");
    m_note->setElided(Qt::ElideRight);
    m_compare->setObjectName("tuneCompare");
    m_compare->setToolTip(tr("Tunes the experiment in front with several strategies, on the same budget and seeds"));
    connect(m_compare, &QPushButton::clicked, this, &StudiesView::compareWanted);
    connect(m_list, &QListWidget::itemChanged, this, [this](QListWidgetItem* item) {
        if (m_filling)
            return;
        const std::string id = item->data(Qt::UserRole).toString().toStdString();
        if (item->checkState() == Qt::Checked)
            m_unticked.erase(id);
        else
            m_unticked.insert(id);
        redraw();
    });
    redraw();
}

QString StudiesView::note() const
{
    return m_note->text();
}

void StudiesView::setStudy(const Study& study)
{
    const bool other = !study || !m_front || study->name != m_front->name;
    m_front = study;
    // While it trains, only its line moves on.
    if (!isVisible())
        m_stale = true;
    else if (other)
        fill();
    else
        redraw();
}

void StudiesView::setFolders(std::vector<core::session::StudyFolder> folders)
{
    m_folders = std::move(folders);
    ask();
}

void StudiesView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    ask();
}

void StudiesView::ask()
{
    m_stale = !isVisible();
    if (m_stale)
        return;
    m_reader.ask(
        [folders = m_folders] {
            std::vector<Study> found;
            for (const core::session::StudyFolder& folder : folders)
                if (auto read = core::session::readStudy(folder))
                    found.push_back(std::make_shared<const core::tune::StudyState>(std::move(read->state)));
            return found;
        },
        [this](std::vector<Study> found) {
            m_others = std::move(found);
            fill();
        });
}

void StudiesView::fill()
{
    m_filling = true;
    m_list->clear();
    const auto add = [&](const Study& study, bool front) {
        const bool fits = front || models::comparable(*study, *m_front);
        auto* item = new QListWidgetItem(
            tr("%1 · %2").arg(QString::fromStdString(study->name), QString::fromStdString(study->spec.strategy.kind)));
        item->setData(Qt::UserRole, QString::fromStdString(study->name));
        item->setToolTip(fits ? tr("%1 trials, seed %2")
                                    .arg(style::count(study->count(core::tune::TrialState::Completed)))
                                    .arg(study->spec.seed)
                              : tr("It has another objective or other ranges: it cannot be compared with this one"));
        item->setFlags(front || !fits ? item->flags() & ~Qt::ItemIsEnabled : item->flags() | Qt::ItemIsUserCheckable);
        const bool on = front || (fits && !m_unticked.count(study->name));
        item->setCheckState(on ? Qt::Checked : Qt::Unchecked);
        m_list->addItem(item);
    };
    if (m_front) {
        add(m_front, true);
        for (const Study& study : m_others)
            if (study->name != m_front->name)
                add(study, false);
    }
    m_filling = false;
    redraw();
}

void StudiesView::redraw()
{
    std::vector<const core::tune::StudyState*> chosen;
    for (int row = 0; row < m_list->count(); ++row) {
        const QListWidgetItem* item = m_list->item(row);
        const std::string id = item->data(Qt::UserRole).toString().toStdString();
        if (item->checkState() != Qt::Checked)
            continue;
        if (m_front && m_front->name == id)
            chosen.push_back(m_front.get());
        else if (const auto other =
                     std::ranges::find_if(m_others, [&](const Study& study) { return study->name == id; });
                 other != m_others.end())
            chosen.push_back(other->get());
    }
    const auto groups = models::groupStudies(chosen);
    m_plot->setSpec(models::comparisonOf(groups));
    m_note->setText(models::comparisonText(groups));
    m_note->setVisible(!m_note->text().isEmpty());
}

}
