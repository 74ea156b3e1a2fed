// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/comparison.h"

#include "core/spec/experiment.h"
#include "ui/models/run_figures.h"
#include "ui/models/run_model.h"
#include "ui/pages/run_curves.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QTableWidget>

#include <algorithm>

namespace ui::pages {

using models::RunModel;
using style::Label;
using style::Tone;

namespace {

constexpr int comparedHeight = 24;
constexpr int mostRows = 5;

/// Every setting in which a run differs from the first one, in the order of the first.
std::vector<std::string> differingPaths(const std::vector<RunModel*>& runs)
{
    std::vector<std::string> paths;
    for (std::size_t i = 1; i < runs.size(); ++i)
        for (const auto& difference : core::spec::difference(runs[0]->spec(), runs[i]->spec()))
            if (difference.path != "name" && std::ranges::find(paths, difference.path) == paths.end())
                paths.push_back(difference.path);
    return paths;
}

}

Comparison::Comparison(QWidget* parent)
    : QWidget(parent),
      m_title(new Label(tr("Compare"), Tone::Strong)),
      m_note(new Label({}, Tone::Muted)),
      m_table(new QTableWidget),
      m_curves(new RunCurves)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    auto* head = new QHBoxLayout;
    head->setSpacing(16);
    head->addWidget(m_title);
    head->addWidget(m_note);
    head->addStretch();
    column->addLayout(head);
    column->addWidget(m_table);
    column->addWidget(m_curves, 1);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(comparedHeight);
    m_table->setShowGrid(false);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionMode(QAbstractItemView::NoSelection);
    m_table->setFocusPolicy(Qt::NoFocus);
    m_table->setAccessibleName(tr("Settings in which the runs differ"));
    m_curves->setEmptyText(tr("Tick two runs or more: their curves will lie over each other here,\nwith the settings "
                              "in which they differ above."));
    setRuns({});
}

void Comparison::setRuns(const std::vector<RunModel*>& runs, int reading)
{
    m_curves->setRuns(runs);
    m_curves->setControlsShown(!runs.empty());
    showDifferences(runs);
    if (reading > 0)
        m_note->setText(tr("reading %1 more…").arg(reading));
}

void Comparison::refresh()
{
    m_curves->refresh();
}

void Comparison::showDifferences(const std::vector<RunModel*>& runs)
{
    const std::vector<std::string> paths = differingPaths(runs);
    m_table->setVisible(!paths.empty());
    m_note->setText(runs.empty()       ? QString()
                    : runs.size() == 1 ? tr("one run; tick another")
                    : paths.empty()    ? tr("%1 runs with the same settings").arg(runs.size())
                                       : tr("%1 runs, %2 settings differ").arg(runs.size()).arg(paths.size()));
    m_table->clear();
    m_table->setColumnCount(int(runs.size()) + 1);
    m_table->setRowCount(int(paths.size()));
    const auto put = [this](int row, int column, const QString& text, const QColor& color) {
        auto* item = new QTableWidgetItem(text);
        item->setForeground(color);
        item->setTextAlignment(column == 0 ? Qt::AlignLeft | Qt::AlignVCenter : Qt::AlignRight | Qt::AlignVCenter);
        row < 0 ? m_table->setHorizontalHeaderItem(column, item) : m_table->setItem(row, column, item);
    };
    put(-1, 0, tr("setting"), style::theme().muted);
    for (std::size_t run = 0; run < runs.size(); ++run)
        put(-1, int(run) + 1, runs[run]->id(), style::theme().readable(style::theme().run(runs[run]->color)));
    for (std::size_t row = 0; row < paths.size(); ++row) {
        put(int(row), 0, QString::fromStdString(paths[row]), style::theme().muted);
        for (std::size_t run = 0; run < runs.size(); ++run) {
            const core::base::Value* value = runs[run]->spec().at(paths[row]);
            put(int(row), int(run) + 1, value ? models::readable(*value) : tr("–"), style::theme().text);
        }
    }
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    const int shown = std::min(int(paths.size()), mostRows);
    m_table->setFixedHeight(int((shown + 1.4) * comparedHeight * style::theme().scale));
}

}
