// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/profiler_view.h"

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/inspect.h"
#include "core/spec/experiment.h"
#include "ui/bridge/workbench.h"
#include "ui/pages/profile_comparison.h"
#include "ui/pages/profiler_lanes.h"
#include "ui/pages/words.h"
#include "ui/plots/bar_list.h"
#include "ui/plots/phase_bar.h"
#include "ui/plots/profile_timeline.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QEvent>
#include <QFileDialog>
#include <QGridLayout>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>

#include <algorithm>

namespace ui::pages {

using core::debug::PhaseTime;
using core::debug::ProfileAdvice;
using core::debug::ProfileResult;
using core::debug::ProfileSummary;
using models::milliseconds;
using style::Label;
using style::Tone;

namespace {

constexpr int shortestMs = 100; // from one look to the next

QString sentence(std::string words)
{
    QString whole = text(words);
    return whole.isEmpty() ? whole : whole.left(1).toUpper() + whole.mid(1) + QLatin1Char('.');
}

void clear(QLayout* layout)
{
    while (QLayoutItem* item = layout->takeAt(0)) {
        if (item->layout())
            clear(item->layout());
        if (item->widget())
            item->widget()->deleteLater();
        delete item;
    }
}

// Whether the settings are as it says.
bool isDone(const ProfileAdvice& advice, const core::base::Value& spec)
{
    return std::ranges::all_of(advice.edits, [&](const auto& edit) {
        const core::base::Value* now = spec.at(edit.first);
        return now && *now == edit.second;
    });
}

bool isLive(const core::base::Value& spec, const std::string& path)
{
    const core::base::Field* field =
        core::spec::fieldAt(core::spec::experimentFields().schema(), spec, path, core::session::catalog());
    return field && field->live;
}

}

ProfilerView::ProfilerView(bridge::Workbench& workbench, QWidget* parent)
    : QWidget(parent),
      m_workbench(workbench),
      m_stack(new QStackedWidget)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    m_stack->addWidget(buildEmpty());
    m_stack->addWidget(buildProfile());
    column->addWidget(m_stack);
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &ProfilerView::refresh);
    connect(&m_workbench, &bridge::Workbench::frontChanged, this, &ProfilerView::follow);
    connect(&m_workbench, &bridge::Workbench::advanced, this, &ProfilerView::refreshSoon);
    connect(&m_workbench, &bridge::Workbench::stateChanged, this, &ProfilerView::refreshSoon);
    connect(&m_workbench.document(), &bridge::ExperimentDocument::changed, this, [this] {
        m_next = 0;
        refreshSoon();
    });
    follow();
}

QWidget* ProfilerView::buildEmpty()
{
    auto* empty = new QWidget;
    auto* column = new QVBoxLayout(empty);
    column->setContentsMargins(24, 24, 24, 24);
    column->setSpacing(12);
    m_emptyText = new Label({}, Tone::Muted);
    m_emptyText->setObjectName("profilerEmpty");
    m_emptyText->setWordWrap(true);
    m_turnOn = new QPushButton(tr("Turn the profiler on"));
    m_turnOn->setObjectName("profilerOn");
    m_turnOn->setProperty("outlined", true);
    connect(m_turnOn, &QPushButton::clicked, this, [this] { apply({{}, {{"profiler.enabled", true}}}); });
    column->addWidget(m_emptyText);
    column->addWidget(m_turnOn, 0, Qt::AlignLeft);
    column->addStretch(1);
    return empty;
}

QWidget* ProfilerView::buildProfile()
{
    auto* inside = new QWidget;
    auto* column = new QVBoxLayout(inside);
    column->setContentsMargins(24, 16, 24, 24);
    column->setSpacing(12);
    m_headline = new QLabel;
    m_headline->setObjectName("profilerHeadline");
    m_headline->setProperty("role", "lead");
    m_headline->setWordWrap(true);
    m_bar = new plots::PhaseBar;
    m_stepText = new Label({}, Tone::Muted);
    m_stepText->setToolTip(tr("Without validation and keyframes, which stand between steps. The median is what a step "
                              "usually takes; one of twenty takes longer than the 95th percentile."));
    m_advice = new QVBoxLayout;
    m_advice->setSpacing(8);
    column->addWidget(m_headline);
    column->addWidget(m_bar);
    column->addWidget(m_stepText);
    column->addLayout(m_advice);
    column->addWidget(buildTimeline());
    auto* halves = new QHBoxLayout;
    halves->setSpacing(32);
    auto* layers = new QVBoxLayout;
    layers->addWidget(new Label(tr("Layers"), Tone::Strong));
    m_layerText = new Label({}, Tone::Muted);
    m_layerText->setWordWrap(true);
    m_layers = new plots::BarList;
    m_layers->setToolTip(tr("Forward and backward of each layer, mean of the steps that were timed closely "
                            "(profiler.layer_every)"));
    layers->addWidget(m_layerText);
    layers->addWidget(m_layers);
    layers->addStretch(1);
    halves->addLayout(layers, 1);
    m_comparison = new ProfileComparison(m_workbench);
    halves->addWidget(m_comparison, 1);
    column->addLayout(halves);
    column->addWidget(new Label(tr("Rules"), Tone::Strong));
    m_rules = new QGridLayout;
    m_rules->setHorizontalSpacing(24);
    m_rules->setVerticalSpacing(4);
    m_rules->setColumnStretch(2, 1);
    column->addLayout(m_rules);
    column->addStretch(1);
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(inside);
    return scroll;
}

QWidget* ProfilerView::buildTimeline()
{
    auto* box = new QWidget;
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 8, 0, 0);
    column->setSpacing(8);
    auto* head = new QHBoxLayout;
    head->addWidget(new Label(tr("Over the time"), Tone::Strong));
    head->addWidget(new Label(tr("  wheel zooms, drag moves, double click shows all"), Tone::Muted));
    head->addStretch(1);
    const auto button = [&](const QString& title, const QString& name, const QString& tip) {
        auto* made = new QPushButton(title);
        made->setObjectName(name);
        made->setProperty("flat", true);
        made->setToolTip(tip);
        head->addWidget(made);
        return made;
    };
    auto* report =
        button(tr("Export report…"), QStringLiteral("profilerReport"), tr("One HTML file that any browser opens"));
    auto* trace = button(tr("Export trace…"), QStringLiteral("profilerTrace"),
                         tr("Trace events for Perfetto and chrome://tracing"));
    connect(report, &QPushButton::clicked, this,
            [this] { save(tr("Export report"), QStringLiteral("profile.html"), &ProfilerView::exportReport); });
    connect(trace, &QPushButton::clicked, this,
            [this] { save(tr("Export trace"), QStringLiteral("trace.json"), &ProfilerView::exportTrace); });
    m_timeline = new plots::ProfileTimeline;
    column->addLayout(head);
    column->addWidget(m_timeline);
    return box;
}

void ProfilerView::follow()
{
    if (m_run != m_workbench.front()) {
        if (m_run)
            disconnect(m_run, nullptr, this, nullptr);
        m_run = m_workbench.front();
        if (m_run)
            connect(m_run, &models::RunModel::shownChanged, this, [this] {
                m_next = 0;
                m_shownAdvice.clear();
                refreshSoon();
            });
    }
    m_profile.setRun(m_run);
    m_shownAdvice = m_shownRules = {};
    m_next = 0;
    refreshSoon();
}

void ProfilerView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refresh();
}

void ProfilerView::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        m_bar->updateGeometry();
    QWidget::changeEvent(event);
}

void ProfilerView::refreshSoon()
{
    if (!isVisible() || m_timer.isActive())
        return;
    const double wait = 1000 * (m_next - core::base::steadySeconds());
    m_timer.start(int(std::clamp(wait, 0.0, 5000.0)));
}

void ProfilerView::refresh()
{
    const double began = core::base::steadySeconds();
    const bool news = m_profile.update();
    const bool nothing = m_profile.trace().empty();
    m_stack->setCurrentIndex(nothing ? 0 : 1);
    if (nothing)
        return showEmpty();
    if (!news && m_next > 0)
        return showMark();
    const ProfileSummary summary = m_profile.summary(m_run ? m_run->shownStep() : std::nullopt);
    const auto results = m_profile.results();
    m_headline->setText(text(core::debug::headline({m_profile.trace().id, {}, false, summary, results})));
    showPhases(summary);
    showAdvice(results);
    showRules(results);
    showTimeline();
    showLayers(summary);
    m_comparison->setSummary(summary);
    // A long run takes longer to look through: the window spends a small share of its time on it.
    const double took = core::base::steadySeconds() - began;
    m_next = core::base::steadySeconds() + std::max(shortestMs / 1000.0, 10 * took);
}

void ProfilerView::showEmpty()
{
    const bool off = m_run && !m_run->spec()["profiler"]["enabled"].toBool(true);
    m_turnOn->setVisible(off);
    if (!m_run)
        m_emptyText->setText(
            tr("Where the time of a run goes stands here: what a step is made of, what holds it up, and "
               "what makes it faster. Train a run, or open one from the Runs page."));
    else if (off)
        m_emptyText->setText(tr("The profiler is off for this run."));
    else if (m_run->live())
        m_emptyText->setText(tr("The first steps are being measured."));
    else
        m_emptyText->setText(tr("Nothing of this run's time was recorded."));
}

QString ProfilerView::headline() const
{
    return m_headline->text();
}

void ProfilerView::showPhases(const ProfileSummary& summary)
{
    const bool whole = core::debug::inOnePiece(summary.phases);
    std::vector<plots::PhaseBar::Part> parts;
    for (std::size_t i = 0; i < summary.phases.size(); ++i) {
        const PhaseTime& phase = summary.phases[i];
        if (!phase.known || phase.share < 0.0005)
            continue;
        QString tip = models::phaseTip(phase.name);
        if (whole && phase.name == "forward")
            tip = tr("Forward and backward are one piece here, and cannot be told apart.");
        parts.push_back({text(core::debug::phaseTitle(phase.name, whole)),
                         milliseconds(phase.perStep) + QStringLiteral(" · ") + style::percent(phase.share, 2), tip,
                         phase.share, i});
    }
    m_bar->setParts(std::move(parts));
    QString line = tr("%1 steps").arg(style::count(summary.steps));
    if (summary.duration.any)
        line += tr("  ·  a step takes %1 at the median, %2 at the 95th percentile; the slowest, %3, took %4")
                    .arg(milliseconds(summary.duration.p50), milliseconds(summary.duration.p95),
                         style::count(summary.slowest), milliseconds(summary.slowestSeconds));
    m_stepText->setText(line);
    m_stepText->setWordWrap(true);
}

// One block a finding: what, and under it what helps, each with its button.
void ProfilerView::showAdvice(const std::vector<ProfileResult>& results)
{
    std::string now;
    for (const ProfileResult& result : results)
        if (result.state == "IssuesFound") {
            now += result.rule + "\n";
            for (const ProfileAdvice& advice : result.advice)
                now += advice.text + (isDone(advice, m_workbench.document().resolved()) ? "+" : "-");
        }
    if (now == m_shownAdvice)
        return;
    m_shownAdvice = now;
    clear(m_advice);
    for (const ProfileResult& result : results) {
        if (result.state != "IssuesFound")
            continue;
        auto* what = new Label(QStringLiteral("▲ ") + text(result.title), Tone::Problem);
        what->setToolTip(text(result.help) + QLatin1Char('\n') + sentence(result.verdict.message));
        m_advice->addWidget(what);
        for (const ProfileAdvice& advice : result.advice) {
            auto* row = new QHBoxLayout;
            row->setSpacing(16);
            auto* words = new Label(text(advice.text), Tone::Body);
            words->setWordWrap(true);
            row->addWidget(words, 1);
            if (!advice.edits.empty()) {
                QStringList edits;
                for (const auto& [path, value] : advice.edits)
                    edits << text(path + " = " + core::base::writeJson(value));
                const bool done = isDone(advice, m_workbench.document().resolved());
                auto* button = new QPushButton(done ? tr("Applied") : tr("Apply"));
                button->setEnabled(!done);
                button->setObjectName("apply-" + text(advice.edits.front().first));
                button->setProperty("outlined", true);
                button->setToolTip(tr("Sets %1").arg(edits.join(QStringLiteral(", "))));
                connect(button, &QPushButton::clicked, this, [this, advice] { apply(advice); });
                row->addWidget(new Label(edits.join(QStringLiteral(", ")), Tone::Muted));
                row->addWidget(button);
            }
            m_advice->addLayout(row);
        }
    }
}

void ProfilerView::apply(const ProfileAdvice& advice)
{
    const auto resolved = m_workbench.document().resolved();
    bool live = m_workbench.training() && m_run && m_run == m_workbench.front();
    for (const auto& [path, value] : advice.edits)
        live = live && isLive(resolved, path);
    if (live) {
        for (const auto& [path, value] : advice.edits)
            m_workbench.edit(text(path), value);
        return;
    }
    std::vector<std::pair<QString, core::base::Value>> changes;
    for (const auto& [path, value] : advice.edits)
        changes.emplace_back(text(path), value);
    m_workbench.document().setAll(changes, tr("Apply the profiler's advice"));
}

void ProfilerView::showRules(const std::vector<ProfileResult>& results)
{
    std::string now;
    for (const ProfileResult& result : results)
        now += result.rule + result.state + result.reason;
    if (now == m_shownRules)
        return;
    m_shownRules = now;
    clear(m_rules);
    int row = 0;
    for (const ProfileResult& result : results) {
        const bool found = result.state == "IssuesFound", silent = result.state == "NotApplicable";
        auto* name = new Label(text(result.rule), found ? Tone::Body : Tone::Muted);
        name->setToolTip(text(result.help) + (result.ours ? tr("\nA rule of Descent's own.") : QString()));
        const QString state = found                          ? tr("▲ found")
                              : silent                       ? tr("not applicable")
                              : result.state == "InProgress" ? tr("watching")
                                                             : tr("quiet");
        m_rules->addWidget(name, row, 0);
        m_rules->addWidget(new Label(state, found ? Tone::Problem : Tone::Muted), row, 1);
        auto* why =
            new Label(sentence(result.reason.empty() && found ? result.verdict.message : result.reason), Tone::Muted);
        why->setElided(Qt::ElideRight);
        m_rules->addWidget(why, row++, 2);
    }
}

void ProfilerView::showMark()
{
    const auto shown = m_run ? m_run->shownStep() : std::nullopt;
    m_timeline->setMark(shown ? m_profile.timeOf(*shown) : std::nullopt);
}

void ProfilerView::showTimeline()
{
    const core::debug::ProfileTrace& trace = m_profile.trace();
    std::vector<QString> names;
    for (const std::string_view name : core::events::phaseNames)
        names.push_back(text(core::debug::phaseTitle(name)));
    m_timeline->setBlocks(blocksOf(trace), std::move(names));
    m_timeline->setSamples(timesOf(trace), lanesOf(trace));
    showMark();
}

void ProfilerView::showLayers(const ProfileSummary& summary)
{
    std::vector<plots::BarList::Bar> bars;
    double most = 0;
    for (const core::debug::LayerTime& layer : summary.layers)
        most = std::max(most, layer.share);
    for (const core::debug::LayerTime& layer : summary.layers)
        bars.push_back({text(layer.name), most > 0 ? layer.share / most : 0,
                        layer.backward >= 0
                            ? tr("%1 + %2").arg(milliseconds(layer.forward), milliseconds(layer.backward))
                            : milliseconds(layer.forward)});
    m_layerText->setText(bars.empty() ? tr("No step was timed layer by layer yet.")
                                      : tr("forward + backward, mean of the steps that were timed closely"));
    m_layers->setVisible(!bars.empty());
    m_layers->setBars(std::move(bars));
}

core::base::Status ProfilerView::exportReport(const QString& file) const
{
    return core::base::writeFileAtomically(file.toStdString(),
                                           core::debug::profileHtml(m_profile.trace(), m_profile.report()));
}

core::base::Status ProfilerView::exportTrace(const QString& file) const
{
    return core::base::writeFileAtomically(file.toStdString(), core::debug::chromeTrace(m_profile.trace()));
}

void ProfilerView::save(const QString& title, const QString& name,
                        core::base::Status (ProfilerView::*write)(const QString&) const)
{
    const QString file = QFileDialog::getSaveFileName(this, title, name);
    if (file.isEmpty())
        return;
    if (const core::base::Status written = (this->*write)(file); !written)
        Q_EMIT m_workbench.trouble(written.error());
}

}
