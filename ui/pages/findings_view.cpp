// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/findings_view.h"

#include "core/base/json.h"
#include "core/debug/rule.h"
#include "ui/bridge/cure_desk.h"
#include "ui/bridge/rule_desk.h"
#include "ui/bridge/time_travel.h"
#include "ui/bridge/workbench.h"
#include "ui/models/run_model.h"
#include "ui/pages/cure_view.h"
#include "ui/pages/hairline.h"
#include "ui/pages/words.h"
#include "ui/plots/evidence_plot.h"
#include "ui/plots/rule_lanes.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <set>

namespace ui::pages {

using core::debug::Offer;
using models::RuleRow;
using style::Label;
using style::Tone;

namespace {

constexpr std::size_t mostLines = 12;

Label* paragraph(const QString& words, Tone tone = Tone::Body)
{
    auto* label = new Label(words, tone);
    label->setWordWrap(true);
    return label;
}

}

FindingsView::FindingsView(bridge::Workbench& bench, QWidget* parent)
    : QWidget(parent),
      m_bench(bench),
      m_cures(new bridge::CureDesk(bench, this)),
      m_rules(new bridge::RuleDesk(bench, this)),
      m_head(new Label({}, Tone::Muted)),
      m_empty(paragraph({}, Tone::Muted)),
      m_title(new Label({}, Tone::Heading)),
      m_where(new Label({}, Tone::Muted)),
      m_benchText(paragraph({}, Tone::Muted)),
      m_lanes(new plots::RuleLanes),
      m_scroll(new QScrollArea),
      m_evidence(new plots::EvidencePlot),
      m_card(new QWidget),
      m_words(new QWidget),
      m_wordColumn(new QVBoxLayout(m_words)),
      m_cureView(new CureView(bench, *m_cures))
{
    auto* head = new QHBoxLayout;
    head->addStretch();
    head->addWidget(m_head);
    m_scroll->setWidget(m_lanes);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->viewport()->setAutoFillBackground(false);
    m_lanes->setAutoFillBackground(false);
    auto* title = new QHBoxLayout;
    title->setSpacing(16);
    title->addWidget(m_title);
    m_where->setElided(Qt::ElideRight);
    title->addWidget(m_where, 1);
    m_wordColumn->setContentsMargins(0, 0, 0, 0);
    m_wordColumn->setSpacing(6);
    auto* words = new QScrollArea;
    words->setWidget(m_words);
    words->setWidgetResizable(true);
    words->setFrameShape(QFrame::NoFrame);
    words->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    words->viewport()->setAutoFillBackground(false);
    m_words->setAutoFillBackground(false);
    words->setFixedWidth(int(344 * style::theme().scale));
    auto* left = new QVBoxLayout;
    left->setSpacing(4);
    left->addWidget(m_evidence, 1);
    left->addWidget(m_benchText);
    auto* row = new QHBoxLayout;
    row->setSpacing(24);
    row->addLayout(left, 1);
    row->addWidget(words);
    auto* card = new QVBoxLayout(m_card);
    card->setContentsMargins(0, 0, 0, 0);
    card->setSpacing(8);
    card->addLayout(title);
    card->addLayout(row, 1);
    card->addWidget(m_cureView, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addLayout(head);
    column->addWidget(m_empty);
    column->addWidget(m_scroll);
    column->addWidget(new Hairline);
    column->addWidget(m_card, 1);
    column->addStretch(0);
    m_empty->setObjectName(QStringLiteral("findingsEmpty"));
    m_lanes->setObjectName(QStringLiteral("ruleLanes"));
    m_evidence->setObjectName(QStringLiteral("evidence"));
    connect(m_lanes, &plots::RuleLanes::chosen, this, [this](int lane) { choose(m_rows[std::size_t(lane)].name); });
    connect(m_lanes, &plots::RuleLanes::stepChosen, this, [this](double step) {
        if (m_bench.front())
            m_bench.travel().goTo(qint64(step));
    });
    connect(m_evidence, &plots::EvidencePlot::thresholdMoved, this, [this](double at) { moveThreshold(at, false); });
    connect(m_evidence, &plots::EvidencePlot::thresholdReleased, this, [this](double at) { moveThreshold(at, true); });
    connect(m_rules, &bridge::RuleDesk::studied, this, [this] {
        m_waits = false;
        showEvidence();
    });
    connect(m_rules, &bridge::RuleDesk::advised, this, [this] {
        if (const RuleRow* row = chosen())
            fillWords(*row);
    });
    connect(m_rules, &bridge::RuleDesk::trialsChanged, this, &FindingsView::showEvidence);
    connect(&bench, &bridge::Workbench::frontChanged, this, &FindingsView::refresh);
    connect(&bench, &bridge::Workbench::stateChanged, this, &FindingsView::refresh);
    connect(&bench, &bridge::Workbench::advanced, this, &FindingsView::refresh);
    refresh();
}

FindingsView::~FindingsView() = default;

void FindingsView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refresh();
}

const RuleRow* FindingsView::chosen() const
{
    const auto found = std::ranges::find(m_rows, m_chosen, &RuleRow::name);
    return found == m_rows.end() ? nullptr : &*found;
}

void FindingsView::choose(const QString& rule)
{
    m_picked = true;
    if (rule == m_chosen)
        return;
    m_chosen = rule;
    m_threshold.reset();
    showChosen();
    Q_EMIT ruleChosen();
}

void FindingsView::refresh()
{
    const models::RunModel* run = m_bench.front();
    const QString folder = run ? run->folder() : QString();
    const bool other = folder != m_run;
    if (other) {
        m_run = folder;
        m_rules->forget();
        m_chosen.clear();
        m_picked = false;
    }
    if (!isVisible() && !other)
        return;
    const std::size_t before = chosen() ? chosen()->findings.size() : 0;
    m_rows = run ? models::ruleRows(*run) : std::vector<RuleRow>{};
    m_empty->setVisible(m_rows.empty());
    m_scroll->setVisible(!m_rows.empty());
    m_head->setText(m_rows.empty() ? QString() : models::rulesText(m_rows));
    m_empty->setText(
        run ? tr("No rule watches this run. Add rules in the form at the right, then train: what they find "
                 "stands here, with its evidence and what to do.")
            : tr("Train or open a run: what its rules find stands here, each with its evidence, why it "
                 "matters, and fixes that you can try beside it."));
    std::vector<plots::RuleLanes::Lane> lanes;
    for (const RuleRow& row : m_rows) {
        const auto* entry = core::debug::allRules().family().find(row.rule);
        QString tip = entry ? text(entry->help) : QString();
        if (!row.details.isEmpty())
            tip += QLatin1Char('\n') + row.details;
        lanes.push_back({row.name, row.count(), row.steps, !row.fired(), tip});
    }
    m_lanes->setLanes(std::move(lanes), run ? double(run->step()) : 1);
    m_lanes->setShownStep(run && run->shownStep() ? std::optional<double>(double(*run->shownStep())) : std::nullopt);
    const int most = 7 * int(24 * style::theme().scale) + int(30 * style::theme().scale);
    m_scroll->setFixedHeight(std::min(most, m_lanes->sizeHint().height()));
    const QString was = m_chosen;
    if ((!chosen() || !m_picked) && !m_rows.empty())
        m_chosen = m_rows.front().name;
    const auto place = std::ranges::find(m_rows, m_chosen, &RuleRow::name);
    {
        const QSignalBlocker quiet(m_lanes);
        m_lanes->setCurrent(place == m_rows.end() ? -1 : int(place - m_rows.begin()));
    }
    m_card->setVisible(chosen() != nullptr);
    if (chosen() && (other || m_chosen != was || chosen()->findings.size() != before)) {
        showChosen();
        Q_EMIT ruleChosen();
    } else if (chosen() && m_studiedLive && !run->live()) {
        // What was read while the run went may have lacked what it recorded since.
        showChosen();
    } else if (chosen() && !m_waits && !m_rules->problem().isEmpty() && m_studiedLive) {
        study();
    }
}

void FindingsView::study()
{
    const RuleRow* row = chosen();
    core::spec::RuleSpec spec = row->spec;
    const auto& evidence = m_rules->result();
    if (m_threshold && evidence && !evidence->compared.threshold.empty())
        spec.params.object().set(evidence->compared.threshold, *m_threshold);
    m_waits = true;
    m_studiedLive = m_bench.front() && m_bench.front()->live();
    m_rules->study(m_run, spec);
}

void FindingsView::showChosen()
{
    const RuleRow* row = chosen();
    if (!row)
        return;
    m_title->setText((row->fired() ? QStringLiteral("▲ ") : QString()) + row->name);
    m_title->setTone(row->fired() ? Tone::Problem : Tone::Heading);
    m_where->setText(row->fired() ? row->where() : row->details.isEmpty() ? tr("has found nothing") : row->details);
    fillWords(*row);
    study();
    if (row->fired()) {
        std::vector<core::events::Finding> all;
        for (const RuleRow& each : m_rows)
            all.insert(all.end(), each.findings.begin(), each.findings.end());
        m_rules->advise(m_run, row->spec, row->name.toStdString(), std::move(all));
    }
    showEvidence();
}

void FindingsView::fillWords(const RuleRow& row)
{
    while (QLayoutItem* item = m_wordColumn->takeAt(0)) {
        if (QLayout* inner = item->layout())
            while (QLayoutItem* part = inner->takeAt(0)) {
                delete part->widget();
                delete part;
            }
        delete item->widget();
        delete item;
    }
    const core::debug::RuleFacts* facts = core::debug::allRules().facts(row.rule);
    if (row.fired()) {
        m_wordColumn->addWidget(new Label(tr("What happened"), Tone::Strong));
        m_wordColumn->addWidget(paragraph(text(row.findings.front().message)));
    }
    if (facts) {
        m_wordColumn->addWidget(new Label(tr("Why"), Tone::Strong));
        m_wordColumn->addWidget(paragraph(text(facts->why)));
        if (!facts->causes.empty())
            m_wordColumn->addWidget(new Label(tr("Likely causes"), Tone::Strong));
        addCauses(row, *facts);
        if (row.fired())
            addFixes(row);
        if (facts->ours)
            m_wordColumn->addWidget(
                paragraph(tr("A rule of Descent's own; SageMaker has none of this kind."), Tone::Muted));
    }
    m_wordColumn->addStretch();
}

// Ranked by what else was seen, as soon as that is known.
void FindingsView::addCauses(const RuleRow& row, const core::debug::RuleFacts& facts)
{
    const auto& advice = m_rules->advice();
    const bool known = row.fired() && advice && advice->rule == row.name.toStdString();
    const std::size_t count = known ? advice->causes.size() : facts.causes.size();
    for (std::size_t i = 0; i < count; ++i) {
        const std::string& cause = known ? advice->causes[i].cause : facts.causes[i].text();
        m_wordColumn->addWidget(paragraph(QStringLiteral("%1  ").arg(i + 1) + text(cause)));
        if (!known || advice->causes[i].seen.empty())
            continue;
        auto* seen = paragraph(text(advice->causes[i].seen), advice->causes[i].score > 0 ? Tone::Accent : Tone::Muted);
        seen->setObjectName(QStringLiteral("causeSeen"));
        seen->setContentsMargins(16, 0, 0, 0);
        m_wordColumn->addWidget(seen);
    }
}

void FindingsView::addFixes(const RuleRow& row)
{
    const models::RunModel* run = m_bench.front();
    const core::debug::RuleFacts* facts = core::debug::allRules().facts(row.rule);
    const auto& advice = m_rules->advice();
    const std::vector<Offer> offers = advice && advice->rule == row.name.toStdString()
                                          ? advice->offers
                                          : core::debug::offersOf(facts->fixes, run->spec());
    if (offers.empty())
        return;
    m_wordColumn->addWidget(new Label(tr("Try a fix"), Tone::Strong));
    for (const Offer& offer : offers) {
        auto* line = new QHBoxLayout;
        line->setSpacing(8);
        auto* label = paragraph(text(offer.label));
        QString edits;
        for (const auto& [path, value] : offer.changes)
            edits += QStringLiteral("\n%1: %2").arg(text(path), text(core::base::writeJson(value)));
        label->setToolTip(text(offer.why) + edits);
        line->addWidget(label, 1);
        auto* button = new QPushButton(tr("Try"));
        button->setObjectName(QStringLiteral("fix-") + text(offer.key));
        button->setAccessibleName(text(offer.label));
        button->setProperty("flat", true);
        button->setToolTip(
            tr("Grows a branch from before the symptom with exactly this change, and trains it beside the "
               "run as it is.\n%1%2")
                .arg(text(offer.why), edits));
        button->setEnabled(!m_cures->going());
        connect(
            button, &QPushButton::clicked, this, [this, offer] { tryFix(offer); }, Qt::QueuedConnection);
        line->addWidget(button, 0, Qt::AlignTop);
        m_wordColumn->addLayout(line);
    }
}

void FindingsView::tryFix(const Offer& offer)
{
    const RuleRow* row = chosen();
    const models::RunModel* run = m_bench.front();
    if (!row || !run || row->findings.empty())
        return;
    const auto& first = row->findings.front();
    qint64 step = first.since >= 0 ? first.since : first.step;
    using From = core::debug::Fix::From;
    if (offer.from == From::Start)
        step = 0;
    else if (offer.from == From::Best)
        step = run->best() ? run->best()->step : 0;
    else if (offer.from == From::End)
        step = run->step();
    m_cures->begin(run->folder(), {row->name, text(offer.label), offer.changes}, step);
}

void FindingsView::moveThreshold(double threshold, bool last)
{
    const RuleRow* row = chosen();
    const auto& evidence = m_rules->result();
    if (!row || !evidence || evidence->compared.threshold.empty())
        return;
    m_threshold = threshold;
    study();
    if (!last)
        return;
    core::spec::RuleSpec spec = row->spec;
    spec.params.object().set(evidence->compared.threshold, threshold);
    m_rules->tryEverywhere(spec, false);
}

void FindingsView::showEvidence()
{
    const RuleRow* row = chosen();
    const auto& evidence = m_rules->result();
    plots::EvidencePlot::Spec spec;
    spec.empty = !m_rules->problem().isEmpty()      ? m_rules->problem()
                 : !evidence                        ? tr("Reading what the rule looked at…")
                 : evidence->compared.title.empty() ? tr("This rule compares no number: its message says what it saw.")
                                                    : tr("What this rule looks at was not recorded.");
    if (row && evidence && m_bench.front()) {
        const core::debug::Compared& compared = evidence->compared;
        spec.title = text(compared.title);
        spec.last = double(m_bench.front()->step());
        spec.above = compared.above;
        const core::base::Value& set = row->spec.params[compared.threshold];
        if (!compared.threshold.empty() && (m_threshold || set.isNumber()))
            spec.threshold = m_threshold.value_or(set.toReal());
        spec.draggable = spec.threshold.has_value();
        if (row->fired())
            spec.first = row->steps.front();
        double least = INFINITY;
        for (const core::debug::Evidence::Line& line : evidence->lines) {
            if (spec.lines.size() == mostLines)
                break;
            // What all of them are of is in the title.
            const auto bare = line.name.starts_with("gradient/") ? line.name.substr(9) : line.name;
            spec.lines.push_back({text(bare), line.steps, line.values, line.fires});
            for (const double value : line.values)
                least = std::min(least, value);
        }
        spec.log = compared.log && least > 0 && spec.threshold.value_or(1) > 0;
    }
    m_evidence->setSpec(std::move(spec));
    m_benchText->setText(row && evidence ? benchText() : QString());
}

QString FindingsView::benchText() const
{
    const auto& findings = m_rules->result()->found.findings;
    std::set<std::string> tensors;
    for (const auto& finding : findings)
        tensors.insert(finding.tensor);
    QString words = findings.empty()
                        ? tr("With these settings it does not fire here.")
                        : tr("With these settings: %1 times here, first at step %2, %3 of %4 tensors.")
                              .arg(style::count(qint64(findings.size())), style::count(findings.front().step))
                              .arg(tensors.size())
                              .arg(std::max(m_rules->result()->lines.size(), tensors.size()));
    std::int64_t others = 0, firing = 0;
    if (m_rules->trials())
        for (const auto& other : m_rules->trials()->runs)
            if (QString::fromStdString(other.folder.string()) != m_run) {
                ++others;
                firing += other.times > 0;
            }
    if (others > 0)
        words += tr(" It fires in %1 of %2 other runs.").arg(firing).arg(others);
    return words;
}

}
