// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/problems_view.h"

#include "core/session/inspect.h"
#include "core/spec/experiment.h"
#include "ui/bridge/preview.h"
#include "ui/bridge/workbench.h"
#include "ui/models/cards.h"
#include "ui/models/run_figures.h"
#include "ui/pages/hairline.h"
#include "ui/pages/words.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QScrollArea>
#include <QShortcut>

#include <algorithm>

namespace ui::pages {

using core::base::Result;
using core::base::Value;
using core::session::allProblems;
using core::session::Changes;
using core::session::Remedy;
using core::session::Sighting;
using core::session::TrainingProblem;
using style::Label;
using style::Tone;

namespace {

constexpr int keyRole = Qt::UserRole;

Label* paragraph(const QString& words, Tone tone = Tone::Body)
{
    auto* label = new Label(words, tone);
    label->setWordWrap(true);
    return label;
}

bool matches(const TrainingProblem& problem, const QString& searched)
{
    QString all = text(problem.title + " " + problem.symptom);
    for (const std::string& cause : problem.causes)
        all += QLatin1Char(' ') + text(cause);
    for (const Remedy& remedy : problem.remedies)
        all += QLatin1Char(' ') + text(remedy.label);
    for (const auto& sign : problem.signs)
        all += QLatin1Char(' ') + text(sign.signal);
    for (const QString& word : searched.split(QLatin1Char(' '), Qt::SkipEmptyParts))
        if (!all.contains(word, Qt::CaseInsensitive))
            return false;
    return true;
}

/// The changes if the experiment is still a right one with them.
Result<Changes> fitting(const Remedy& remedy, const Value& resolved)
{
    CORE_TRY(changes, remedy.changes(resolved));
    Value tree = resolved;
    for (const auto& [path, value] : changes)
        CORE_CHECK(tree.setAt(path, value));
    const auto checked = core::spec::resolve(tree, {core::session::catalog()});
    if (!checked.problems.empty())
        return checked.problems.front();
    return changes;
}

/// `metric validation/loss, patience 5` of a group.
QString settingText(const Value& value)
{
    if (!value.isObject())
        return models::readable(value);
    QStringList parts;
    for (const auto& [key, part] : value.object())
        parts << (key == "kind" ? models::readable(part) : text(key) + QLatin1Char(' ') + models::readable(part));
    return parts.join(QStringLiteral(", "));
}

QString editText(const Changes& changes, const Value& resolved)
{
    QStringList edits;
    for (const auto& [path, value] : changes) {
        const Value* before = resolved.at(path);
        edits << QStringLiteral("%1  %2 → %3")
                     .arg(text(path), before ? settingText(*before) : QStringLiteral("–"), settingText(value));
    }
    return edits.join(QStringLiteral(",  "));
}

}

ProblemsView::ProblemsView(bridge::Workbench& bench, QWidget* parent)
    : QWidget(parent),
      m_bench(bench),
      m_looking(new bridge::Preview(this)),
      m_search(new QLineEdit),
      m_list(new QListWidget),
      m_detail(new QScrollArea),
      m_said(new Label({}, Tone::Accent)),
      m_giveUp(new QPushButton(tr("Cancel")))
{
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(24, 16, 24, 12);
    row->setSpacing(32);
    auto* left = new QVBoxLayout;
    left->setSpacing(8);
    m_search->setObjectName("problemSearch");
    m_search->setPlaceholderText(tr("Search: loss, NaN, slow, …"));
    m_search->setClearButtonEnabled(true);
    m_search->setAccessibleName(tr("Search problems"));
    m_list->setObjectName("problemList");
    m_list->setAccessibleName(tr("Common problems"));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setSpacing(3);
    left->addWidget(m_search);
    left->addWidget(m_list, 1);
    row->addLayout(left, 2);
    auto* right = new QVBoxLayout;
    right->setSpacing(8);
    m_detail->setWidgetResizable(true);
    m_detail->setFrameShape(QFrame::NoFrame);
    m_detail->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    right->addWidget(m_detail, 1);
    auto* foot = new QHBoxLayout;
    m_said->setWordWrap(true);
    foot->addWidget(m_said, 1);
    foot->addWidget(m_giveUp);
    right->addLayout(foot);
    row->addLayout(right, 5);
    m_giveUp->hide();
    connect(m_giveUp, &QPushButton::clicked, this, [this] {
        if (m_cancelled)
            m_cancelled->store(true);
    });
    connect(m_search, &QLineEdit::textChanged, this, &ProblemsView::fillList);
    connect(m_search, &QLineEdit::returnPressed, m_list, qOverload<>(&QWidget::setFocus));
    connect(m_list, &QListWidget::currentItemChanged, this, &ProblemsView::fillDetail);
    connect(&bench, &bridge::Workbench::frontChanged, this, &ProblemsView::look);
    connect(&bench, &bridge::Workbench::stateChanged, this, &ProblemsView::look);
    connect(&bench.document(), &bridge::ExperimentDocument::changed, this, [this] {
        if (isVisible() && !branches())
            fillDetail();
    });
    connect(new QShortcut(QKeySequence::Find, this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut),
            &QShortcut::activated, m_search, qOverload<>(&QWidget::setFocus));
    fillList();
}

ProblemsView::~ProblemsView()
{
    if (m_cancelled)
        m_cancelled->store(true);
}

void ProblemsView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    look();
}

void ProblemsView::keyPressEvent(QKeyEvent* event)
{
    if (event->text() == QStringLiteral("/"))
        m_search->setFocus();
    else
        QWidget::keyPressEvent(event);
}

bool ProblemsView::busy() const
{
    return m_looking->busy() || m_cancelled != nullptr;
}

bool ProblemsView::hasRun() const
{
    return m_seen && m_bench.front() && m_bench.front()->folder() == m_seen->folder;
}

bool ProblemsView::branches() const
{
    return hasRun() && m_seen->evidence.steps > 0;
}

const Value& ProblemsView::resolved() const
{
    return branches() ? m_seen->evidence.spec : m_bench.document().resolved();
}

const Sighting* ProblemsView::sighting(const QString& key) const
{
    const auto& all = allProblems().all();
    for (std::size_t i = 0; hasRun() && i < all.size(); ++i)
        if (text(all[i].key) == key && m_seen->sightings[i])
            return &*m_seen->sightings[i];
    return nullptr;
}

/// Symptoms from what the run has recorded, in a thread.
void ProblemsView::look()
{
    const models::RunModel* run = m_bench.front();
    if (!isVisible())
        return;
    if (!run || run->folder().isEmpty()) {
        m_seen.reset();
        fillList();
        return;
    }
    m_looking->ask(
        [folder = run->folder(), id = run->id()] {
            std::optional<Seen> seen;
            if (const auto record = core::store::readRun(folder.toStdString())) {
                seen.emplace();
                seen->evidence = core::session::evidenceOf(*record);
                seen->folder = folder;
                seen->id = id;
                for (const TrainingProblem& problem : allProblems().all())
                    seen->sightings.push_back(problem.look ? problem.look(seen->evidence) : std::nullopt);
            }
            return seen;
        },
        [this](std::optional<Seen> seen) {
            m_seen = std::move(seen);
            fillList();
        });
}

bool ProblemsView::select(const QString& key)
{
    for (int row = 0; row < m_list->count(); ++row)
        if (m_list->item(row)->data(keyRole).toString() == key) {
            m_list->setCurrentRow(row);
            return true;
        }
    return false;
}

QString ProblemsView::selected() const
{
    return m_list->currentItem() ? m_list->currentItem()->data(keyRole).toString() : QString();
}

void ProblemsView::fillList()
{
    const QString before = selected();
    {
        const QSignalBlocker quiet(m_list);
        m_list->clear();
        for (const TrainingProblem& problem : allProblems().all()) {
            if (!matches(problem, m_search->text()))
                continue;
            const bool seen = sighting(text(problem.key)) != nullptr;
            auto* item = new QListWidgetItem((seen && !problem.expected ? QStringLiteral("▲  ") : QString()) +
                                             text(problem.title));
            item->setData(keyRole, text(problem.key));
            item->setToolTip(seen ? tr("Looks like your run") : text(problem.symptom));
            if (seen) {
                item->setForeground(problem.expected ? style::theme().readable(style::theme().accent)
                                                     : style::theme().problem);
                QFont font = item->font();
                font.setWeight(QFont::DemiBold);
                item->setFont(font);
            }
            m_list->addItem(item);
        }
        if (!select(before))
            m_list->setCurrentRow(0);
    }
    fillDetail();
}

void ProblemsView::addSigns(QVBoxLayout& column, const TrainingProblem& problem)
{
    column.addWidget(new Label(tr("How to see it here"), Tone::Strong));
    for (const auto& sign : problem.signs) {
        auto* row = new QHBoxLayout;
        row->setSpacing(12);
        row->addWidget(paragraph(text(sign.signal) + QStringLiteral(":  ") + text(sign.look)), 1);
        auto* show = new QPushButton(tr("Show"));
        show->setProperty("flat", true);
        show->setObjectName("sign-" + text(sign.signal));
        show->setToolTip(tr("Goes to the %1 page").arg(text(sign.page)));
        connect(show, &QPushButton::clicked, this,
                [this, page = text(sign.page)] { Q_EMIT m_bench.pageRequested(page); });
        row->addWidget(show, 0, Qt::AlignTop);
        column.addLayout(row);
    }
}

QWidget* ProblemsView::remedyRow(const TrainingProblem& problem, const Remedy& remedy, std::size_t place)
{
    auto* holder = new QWidget;
    auto* row = new QHBoxLayout(holder);
    row->setContentsMargins(0, 4, 0, 4);
    row->setSpacing(12);
    auto* words = new QVBoxLayout;
    words->setSpacing(2);
    words->addWidget(paragraph(text(remedy.label) + QStringLiteral(".  ") + text(remedy.why)));
    const bool run = branches();
    const auto changes = fitting(remedy, resolved());
    std::int64_t step = 0;
    QString reason, edit;
    if (!changes)
        reason = text(changes.error().message);
    else if (run && m_bench.training())
        reason = tr("the run is training: stop it first");
    else if (m_cancelled)
        reason = tr("a branch is being made");
    if (changes) {
        edit = editText(*changes, resolved());
        if (run) {
            step = core::session::branchStep(remedy, m_seen->evidence, m_seen->sightings[place]);
            edit += step > 0 ? tr(",  from step %1").arg(style::count(step)) : tr(",  from the start");
        }
    }
    words->addWidget(paragraph(reason.isEmpty() ? edit : tr("Does not apply: %1").arg(reason), Tone::Muted));
    row->addLayout(words, 1);
    auto* button = new QPushButton(!run ? tr("Change") : tr("Branch"));
    button->setObjectName("remedy-" + text(problem.key) + "-" + text(remedy.key));
    button->setAccessibleName(text(remedy.label));
    button->setProperty("outlined", true);
    button->setEnabled(reason.isEmpty());
    button->setToolTip(
        reason.isEmpty() ? (run ? edit : tr("Changes the experiment: %1. Ctrl+Z takes it back").arg(edit)) : reason);
    row->addWidget(button, 0, Qt::AlignTop);
    if (changes)
        connect(
            button, &QPushButton::clicked, this, [this, remedy, made = *changes, step] { apply(remedy, made, step); },
            Qt::QueuedConnection);
    return holder;
}

void ProblemsView::fillDetail()
{
    const TrainingProblem* problem = allProblems().find(selected().toStdString());
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(0, 0, 12, 0);
    column->setSpacing(8);
    if (!problem) {
        column->addWidget(paragraph(tr("Nothing of that kind is known here. Try another word."), Tone::Muted));
        column->addStretch();
        m_detail->setWidget(body);
        return;
    }
    auto* head = new QHBoxLayout;
    head->addWidget(new Label(text(problem->title), Tone::Heading), 1);
    auto* example = new QPushButton(tr("Show me"));
    example->setObjectName("problemExample");
    example->setProperty("flat", true);
    example->setToolTip(tr("Opens a small experiment that has this problem and trains it in seconds"));
    connect(
        example, &QPushButton::clicked, this, [this, problem] { showExample(*problem); }, Qt::QueuedConnection);
    head->addWidget(example);
    column->addLayout(head);
    column->addWidget(paragraph(text(problem->symptom)));
    const auto place = std::size_t(problem - allProblems().all().data());
    if (const Sighting* seen = sighting(text(problem->key)))
        column->addWidget(
            paragraph((problem->expected ? tr("In your run: %1. That is expected.") : tr("▲ Looks like your run: %1."))
                          .arg(text(seen->text)),
                      problem->expected ? Tone::Accent : Tone::Problem));
    else if (hasRun())
        column->addWidget(paragraph(problem->look ? tr("%1 does not show it.").arg(m_seen->id)
                                                  : tr("A run does not record what would tell it."),
                                    Tone::Muted));
    column->addWidget(new Hairline);
    addSigns(*column, *problem);
    column->addWidget(new Hairline);
    column->addWidget(new Label(tr("Causes"), Tone::Strong));
    for (const std::string& cause : problem->causes)
        column->addWidget(paragraph(QStringLiteral("–  ") + text(cause)));
    column->addWidget(new Hairline);
    column->addWidget(new Label(problem->expected ? tr("How to make sure") : tr("What to change"), Tone::Strong));
    for (const Remedy& remedy : problem->remedies)
        column->addWidget(remedyRow(*problem, remedy, place));
    column->addStretch();
    m_detail->setWidget(body);
}

void ProblemsView::say(const QString& words)
{
    m_said->setText(words);
    m_giveUp->setVisible(m_cancelled != nullptr);
}

void ProblemsView::apply(const Remedy& remedy, const Changes& changes, std::int64_t step)
{
    if (!branches()) {
        std::vector<std::pair<QString, Value>> edits;
        for (const auto& [path, value] : changes)
            edits.emplace_back(text(path), value);
        m_bench.document().setAll(edits, text(remedy.label));
        return say(tr("%1: the experiment is changed. Ctrl+Z takes it back.").arg(text(remedy.label)));
    }
    if (m_bench.training())
        return;
    branch(changes, step);
}

void ProblemsView::branch(const Changes& changes, std::int64_t step)
{
    m_cancelled = std::make_shared<std::atomic<bool>>(false);
    say(tr("Going back to step %1…").arg(style::count(step)));
    fillDetail();
    const auto going = [this, stop = m_cancelled, step](std::int64_t done, std::int64_t all) {
        QMetaObject::invokeMethod(
            this,
            [this, stop, step, done, all] {
                if (m_cancelled == stop && all > 0)
                    say(tr("Going back to step %1: %2 %").arg(style::count(step)).arg(100 * done / all));
            },
            Qt::QueuedConnection);
        return !stop->load();
    };
    m_bench.branch(m_seen->folder, step, changes, going, [this](const std::optional<core::base::Error>& error) {
        m_cancelled.reset();
        if (!error) {
            say({});
            Q_EMIT m_bench.pageRequested(QStringLiteral("train"));
            return;
        }
        say(error->kind == core::base::ErrorKind::Interrupted ? tr("Given up: nothing was changed.")
                                                              : text(core::base::describe(*error)));
        fillDetail();
    });
}

void ProblemsView::showExample(const TrainingProblem& problem)
{
    if (m_bench.training()) {
        Q_EMIT m_bench.trouble(
            {core::base::ErrorKind::Usage, "A run is training", {}, "Stop it first, then look at the example"});
        return;
    }
    auto experiment = models::readSampleExperiment(text(problem.example));
    if (!experiment) {
        Q_EMIT m_bench.trouble(experiment.error());
        return;
    }
    m_bench.document().open(std::move(*experiment));
    Q_EMIT m_bench.pageRequested(QStringLiteral("train"));
    m_bench.train();
}

}
