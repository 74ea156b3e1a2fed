// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/shelf_view.h"

#include "core/debug/fix.h"
#include "core/debug/rule.h"
#include "core/session/inspect.h"
#include "core/spec/experiment.h"
#include "ui/bridge/workbench.h"
#include "ui/models/run_model.h"
#include "ui/pages/hairline.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QHBoxLayout>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QScrollArea>

#include <algorithm>

namespace ui::pages {

using style::Label;
using style::Tone;

namespace {

constexpr int shelfKeyRole = Qt::UserRole;
constexpr double slowSeconds = 30;

Label* paragraph(const QString& words, Tone tone = Tone::Body)
{
    auto* label = new Label(words, tone);
    label->setWordWrap(true);
    return label;
}

QString text(const std::string& words)
{
    return QString::fromStdString(words);
}

QString shelfTitleOf(const QString& rule)
{
    const core::base::Entry* entry = core::debug::allRules().family().find(rule.toStdString());
    return entry ? text(entry->title) : rule;
}

bool matches(const models::Failure& failure, const QString& searched)
{
    const QString all = failure.title + ' ' + failure.text + ' ' + failure.rule + ' ' + shelfTitleOf(failure.rule);
    for (const QString& word : searched.split(QLatin1Char(' '), Qt::SkipEmptyParts))
        if (!all.contains(word, Qt::CaseInsensitive))
            return false;
    return true;
}

// The fix with its change for this experiment.
QString cureText(const models::Failure& failure)
{
    const auto checked = core::spec::resolve(failure.experiment, {core::session::catalog()});
    const auto offers = core::debug::offersOf({failure.fix.toStdString()}, checked.value);
    return offers.empty() ? QString() : text(offers.front().label + ". " + offers.front().why);
}

}

ShelfView::ShelfView(bridge::Workbench& bench, QWidget* parent)
    : QWidget(parent),
      m_bench(bench),
      m_search(new QLineEdit),
      m_list(new QListWidget),
      m_detail(new QScrollArea)
{
    if (auto shelf = models::readShelf())
        m_failures = std::move(*shelf);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(24, 16, 24, 12);
    row->setSpacing(32);
    auto* left = new QVBoxLayout;
    left->setSpacing(8);
    m_search->setObjectName("failureSearch");
    m_search->setPlaceholderText(tr("Search: vanishing, leakage, rate, …"));
    m_search->setClearButtonEnabled(true);
    m_search->setAccessibleName(tr("Search failures"));
    m_list->setObjectName("failureList");
    m_list->setAccessibleName(tr("Failures"));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setSpacing(3);
    left->addWidget(m_search);
    left->addWidget(m_list, 1);
    row->addLayout(left, 2);
    m_detail->setWidgetResizable(true);
    m_detail->setFrameShape(QFrame::NoFrame);
    m_detail->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    row->addWidget(m_detail, 3);
    connect(m_search, &QLineEdit::textChanged, this, &ShelfView::fillList);
    connect(m_list, &QListWidget::currentRowChanged, this, &ShelfView::fillDetail);
    connect(&bench, &bridge::Workbench::runsChanged, this, &ShelfView::runEnded);
    fillList();
}

const models::Failure* ShelfView::current() const
{
    const auto found = std::ranges::find(m_failures, selected(), &models::Failure::key);
    return found == m_failures.end() ? nullptr : &*found;
}

QString ShelfView::selected() const
{
    const QListWidgetItem* item = m_list->currentItem();
    return item ? item->data(shelfKeyRole).toString() : QString();
}

bool ShelfView::select(const QString& key)
{
    for (int i = 0; i < m_list->count(); ++i)
        if (m_list->item(i)->data(shelfKeyRole).toString() == key) {
            m_list->setCurrentRow(i);
            return true;
        }
    return false;
}

void ShelfView::fillList()
{
    const QString before = selected();
    {
        const QSignalBlocker quiet(m_list);
        m_list->clear();
        for (const models::Failure& failure : m_failures) {
            if (!matches(failure, m_search->text()))
                continue;
            auto* item = new QListWidgetItem(failure.title);
            item->setData(shelfKeyRole, failure.key);
            item->setToolTip(failure.text);
            m_list->addItem(item);
        }
        if (!select(before))
            m_list->setCurrentRow(0);
    }
    fillDetail();
}

void ShelfView::fillDetail()
{
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(0, 0, 12, 0);
    column->setSpacing(8);
    const models::Failure* failure = current();
    if (!failure) {
        column->addWidget(paragraph(tr("No failure of that kind stands on the shelf. Try another word."), Tone::Muted));
        column->addStretch();
        m_detail->setWidget(body);
        return;
    }
    column->addWidget(new Label(failure->title, Tone::Heading));
    column->addWidget(paragraph(failure->text));
    auto* buttons = new QHBoxLayout;
    auto* trains = new QPushButton(tr("Train it"));
    trains->setObjectName("failureTrain");
    trains->setProperty("primary", true);
    trains->setToolTip(tr("Opens the experiment, trains it in seconds and shows what its rules find"));
    auto* slowly = new QPushButton(tr("Show it in %1 s").arg(int(slowSeconds)));
    slowly->setObjectName("failureSlowly");
    slowly->setToolTip(tr("Trains it, then shows the run as it went, slowly enough for a class to follow"));
    connect(
        trains, &QPushButton::clicked, this, [this] { train(false); }, Qt::QueuedConnection);
    connect(
        slowly, &QPushButton::clicked, this, [this] { train(true); }, Qt::QueuedConnection);
    buttons->setSpacing(8);
    buttons->addWidget(trains);
    buttons->addWidget(slowly);
    buttons->addStretch();
    column->addLayout(buttons);
    column->addWidget(new Hairline);
    column->addWidget(new Label(tr("What finds it"), Tone::Strong));
    const core::base::Entry* entry = core::debug::allRules().family().find(failure->rule.toStdString());
    column->addWidget(
        paragraph(shelfTitleOf(failure->rule) + (entry ? QStringLiteral(". ") + text(entry->help) : QString())));
    for (const auto& [rule, why] : failure->others)
        column->addWidget(paragraph(tr("%1 fires too: %2").arg(shelfTitleOf(rule), why), Tone::Muted));
    if (const auto* facts = core::debug::allRules().facts(failure->rule.toStdString())) {
        column->addWidget(new Label(tr("Why it matters"), Tone::Strong));
        column->addWidget(paragraph(text(facts->why)));
    }
    if (const QString cure = cureText(*failure); !cure.isEmpty()) {
        column->addWidget(new Label(tr("What cures it"), Tone::Strong));
        column->addWidget(paragraph(cure));
        column->addWidget(paragraph(
            tr("After training, press Try beside this fix on the Debug page: both futures stand side by side."),
            Tone::Muted));
    }
    column->addStretch();
    m_detail->setWidget(body);
}

void ShelfView::train(bool slowly)
{
    const models::Failure* failure = current();
    if (!failure)
        return;
    if (m_bench.training()) {
        Q_EMIT m_bench.trouble(
            {core::base::ErrorKind::Usage, "A run is training", {}, "Stop it first, then train this one"});
        return;
    }
    m_bench.document().open(failure->experiment);
    m_slowly = slowly;
    Q_EMIT m_bench.pageRequested(slowly ? QStringLiteral("train") : QStringLiteral("debug"));
    m_bench.train();
}

void ShelfView::runEnded()
{
    const models::RunModel* run = m_bench.front();
    if (!m_slowly || m_bench.training() || m_bench.replaying() || !run || !run->finished())
        return;
    m_bench.replay(std::max(0.5, run->finished()->trainSeconds) / slowSeconds);
    // Not yet, where the run has not been handed over.
    m_slowly = !m_bench.replaying();
}

}
