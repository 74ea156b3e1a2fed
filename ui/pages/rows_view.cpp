// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/rows_view.h"

#include "ui/bridge/data_desk.h"
#include "ui/models/rows_table.h"
#include "ui/style/label.h"
#include "ui/style/table_header.h"
#include "ui/style/theme.h"

#include <QHeaderView>
#include <QInputDialog>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>
#include <numeric>

namespace ui::pages {

using core::base::Result;
using core::session::DataView;
using style::Label;
using style::Tone;

namespace {

constexpr int widestColumn = 240;

}

RowsView::RowsView(bridge::DataDesk& desk, QWidget* parent)
    : QWidget(parent),
      m_desk(desk),
      m_filter(new QLineEdit(this)),
      m_state(new Label({}, Tone::Muted, this)),
      m_rows(new models::RowsTable(this)),
      m_table(new QTableView(this))
{
    m_filter->setPlaceholderText(tr("Filter: age > 30 and colour = red"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setAccessibleName(tr("Filter of the rows"));
    m_filter->setToolTip(tr("Which rows are shown: = != < <= > >= and ~ (contains), \"is missing\", and, or.\n"
                            "Names with spaces stand in quotes; a word alone is looked for everywhere."));
    m_table->setHorizontalHeader(new style::TableHeader(m_table));
    m_table->horizontalHeader()->setSectionsClickable(true);
    m_table->setModel(m_rows);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->verticalHeader()->setDefaultSectionSize(28);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    m_table->setAccessibleName(tr("Rows"));
    m_table->installEventFilter(this);
    auto* head = new QHBoxLayout;
    head->setSpacing(12);
    head->addWidget(m_filter, 1);
    head->addWidget(m_state);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addLayout(head);
    column->addWidget(m_table, 1);
    connect(m_filter, &QLineEdit::textChanged, this, &RowsView::select);
    connect(m_table->horizontalHeader(), &QHeaderView::sectionClicked, this, &RowsView::sortBy);
    connect(m_table, &QWidget::customContextMenuRequested, this, &RowsView::openMenu);
    connect(m_rows, &models::RowsTable::edited, this, [this](qint64 row, const QString& name, const QString& text) {
        // Several chosen rows get the same value, as a person expects who chose them.
        std::vector<std::int64_t> rows = chosen();
        if (std::find(rows.begin(), rows.end(), row) == rows.end() || rows.size() < 2)
            rows = {row};
        m_desk.setCells(rows, name, text);
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& at) { Q_EMIT currentChanged(at.isValid() ? m_rows->rowAt(at.row()) : -1); });
}

void RowsView::setView(std::shared_ptr<const DataView> view)
{
    const QModelIndex current = m_table->currentIndex();
    const std::int64_t looked = current.isValid() ? m_rows->rowAt(current.row()) : -1;
    m_view = std::move(view);
    if (!m_view) {
        m_rows->setView({}, {});
        return;
    }
    if (m_query.sortBy >= int(m_view->columns().size()))
        m_query.sortBy = -1;
    std::vector<std::int64_t> order(std::size_t(m_view->rows()));
    std::iota(order.begin(), order.end(), 0);
    m_rows->setView(m_view, std::move(order));
    m_rows->setSorting(m_query.sortBy, m_query.descending);
    m_table->resizeColumnsToContents();
    for (int section = 0; section < m_rows->columnCount(); ++section)
        if (m_table->columnWidth(section) > widestColumn)
            m_table->setColumnWidth(section, widestColumn);
    m_wanted = looked;
    select();
}

void RowsView::select()
{
    if (!m_view)
        return;
    m_query.filter = m_filter->text().toStdString();
    m_preview.ask([view = m_view, query = m_query] { return view->select(query); },
                  [this](Result<std::vector<std::int64_t>> order) { take(std::move(order)); });
}

void RowsView::take(Result<std::vector<std::int64_t>> order)
{
    if (!order) {
        m_state->setTone(Tone::Problem);
        m_state->setText(QStringLiteral("▲ ") + QString::fromStdString(order.error().message));
        m_state->setToolTip(QString::fromStdString(order.error().advice));
        return;
    }
    m_state->setTone(Tone::Muted);
    m_state->setToolTip({});
    const std::int64_t all = m_view->rows(), shown = std::int64_t(order->size());
    m_state->setText(shown == all ? QString() : tr("%1 of %2 rows").arg(style::count(shown), style::count(all)));
    m_rows->setOrder(std::move(*order));
    if (const std::int64_t wanted = std::exchange(m_wanted, -1); wanted >= 0)
        if (const int line = m_rows->lineOf(wanted); line >= 0) {
            m_table->setCurrentIndex(m_rows->index(line, 0));
            m_table->scrollTo(m_rows->index(line, 0));
        }
}

std::vector<std::int64_t> RowsView::chosen() const
{
    std::vector<std::int64_t> rows;
    for (const QModelIndex& index : m_table->selectionModel()->selectedRows())
        rows.push_back(m_rows->rowAt(index.row()));
    std::sort(rows.begin(), rows.end());
    return rows;
}

void RowsView::show(std::int64_t row)
{
    m_wanted = row;
    if (m_rows->lineOf(row) < 0 && !m_filter->text().isEmpty())
        m_filter->clear(); // selects anew
    else
        select();
}

void RowsView::showColumn(int column)
{
    const int section = m_rows->sectionOf(column);
    if (section >= 0 && m_rows->rowCount() > 0)
        m_table->scrollTo(m_rows->index(std::max(0, m_table->rowAt(0)), section));
}

void RowsView::sortBy(int section)
{
    // Up, down, and as the data stands.
    const int column = m_rows->columnAt(section);
    const bool again = column >= 0 && column == m_query.sortBy;
    m_query.sortBy = again && m_query.descending ? -1 : column;
    m_query.descending = again && m_query.sortBy >= 0;
    m_rows->setSorting(m_query.sortBy, m_query.descending);
    select();
}

void RowsView::openMenu(const QPoint& position)
{
    const QModelIndex index = m_table->indexAt(position);
    const std::vector<std::int64_t> rows = chosen();
    if (!index.isValid() || rows.empty() || !m_desk.editable())
        return;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const int column = m_rows->columnAt(index.column());
    if (column >= 0) {
        const QString name = QString::fromStdString(m_view->columns()[std::size_t(column)].name);
        menu->addAction(tr("Edit the cell"), this, [this, index] { m_table->edit(index); });
        if (rows.size() > 1)
            menu->addAction(tr("Set %1 of %2 rows…").arg(name).arg(rows.size()), this, [this, rows, name] {
                bool given = false;
                const QString text = QInputDialog::getText(this, tr("Set cells"), name, QLineEdit::Normal, {}, &given);
                if (given)
                    m_desk.setCells(rows, name, text);
            });
        menu->addAction(tr("Empty the cell", nullptr, int(rows.size())), this,
                        [this, rows, name] { m_desk.setCells(rows, name, {}); });
        menu->addSeparator();
    }
    menu->addAction(rows.size() == 1 ? tr("Leave this row out") : tr("Leave these %1 rows out").arg(rows.size()), this,
                    [this, rows] { m_desk.dropRows(rows); });
    menu->popup(m_table->viewport()->mapToGlobal(position));
}

bool RowsView::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_table && event->type() == QEvent::KeyPress &&
        static_cast<QKeyEvent*>(event)->key() == Qt::Key_Delete && !chosen().empty()) {
        m_desk.dropRows(chosen());
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

}
