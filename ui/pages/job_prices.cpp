// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/job_prices.h"

#include "core/base/clock.h"
#include "ui/bridge/workbench.h"
#include "ui/style/label.h"
#include "ui/style/table_header.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

namespace ui::pages {

using core::base::Result;
using core::jobs::Instance;
using core::jobs::PriceTable;
using style::Label;
using style::Tone;

JobPrices::JobPrices(bridge::Workbench& bench, QWidget* parent)
    : QWidget(parent),
      m_bench(bench),
      m_view(new QTableView),
      m_use(new QPushButton(tr("Use this instance"))),
      m_note(new Label({}, Tone::Muted)),
      m_why(new Label({}, Tone::Muted))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    m_note->setWordWrap(true);
    m_note->setObjectName("jobPriceNote");
    column->addWidget(m_note);
    m_view->setModel(&m_rows);
    m_view->setHorizontalHeader(new style::TableHeader(m_view));
    m_view->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_view->horizontalHeader()->setSectionResizeMode(models::PriceRows::Name, QHeaderView::Stretch);
    m_view->verticalHeader()->hide();
    m_view->verticalHeader()->setDefaultSectionSize(24);
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setShowGrid(false);
    m_view->setTabKeyNavigation(false);
    m_view->setObjectName("jobPrices");
    m_view->setAccessibleName(tr("Price table"));
    column->addWidget(m_view, 1);
    auto* row = new QHBoxLayout;
    m_use->setObjectName("jobUseInstance");
    m_use->setToolTip(tr("The experiment's job is reckoned by this instance's prices"));
    m_why->setElided(Qt::ElideRight);
    row->addWidget(m_use);
    row->addWidget(m_why, 1);
    column->addLayout(row);
    connect(&m_rows, &models::PriceRows::edited, this, &JobPrices::keep);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &JobPrices::showCurrent);
    connect(m_use, &QPushButton::clicked, this, [this] {
        if (const Instance* instance = m_rows.instance(m_view->currentIndex().row()))
            Q_EMIT chosen(QString::fromStdString(instance->name));
    });
    load();
}

QString JobPrices::note() const
{
    return m_note->text();
}

void JobPrices::load()
{
    m_reader.ask([] { return core::jobs::priceTable(); },
                 [this](Result<PriceTable> table) {
                     if (!table) {
                         Q_EMIT m_bench.trouble(table.error());
                         return;
                     }
                     const int row = m_view->currentIndex().row();
                     m_rows.setTable(*table);
                     if (row >= 0)
                         m_view->setCurrentIndex(m_rows.index(row, 0));
                     m_note->setText(tr("Examples of %1: check them before you rely on them. A double click on a price "
                                        "changes it; your prices are kept in %2.")
                                         .arg(QString::fromStdString(table->date),
                                              QString::fromStdString(core::jobs::ownPriceFile().string())));
                     showCurrent();
                     Q_EMIT tableChanged(*table);
                 });
}

void JobPrices::keep(const Instance& row)
{
    const std::string day = core::base::isoTime(core::base::wallSeconds()).substr(0, 10);
    if (const auto kept = core::jobs::keepOwnPrice(row, day); !kept)
        Q_EMIT m_bench.trouble(kept.error());
    load();
}

void JobPrices::showCurrent()
{
    const Instance* instance = m_rows.instance(m_view->currentIndex().row());
    m_use->setEnabled(instance && instance->notForTraining.empty());
    m_why->setText(instance && !instance->notForTraining.empty()
                       ? tr("Does not train: %1").arg(QString::fromStdString(instance->notForTraining))
                       : QString());
}

}
