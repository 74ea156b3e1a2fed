// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/job_ledger.h"

#include "ui/models/jobs_table.h"
#include "ui/plots/response_plot.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QVBoxLayout>

#include <cmath>

namespace ui::pages {

using core::base::Value;
using style::Label;
using style::Tone;

JobLedger::JobLedger(QWidget* parent)
    : QWidget(parent),
      m_grid(new QGridLayout),
      m_plot(new plots::ResponsePlot),
      m_plotNote(new Label({}, Tone::Muted)),
      m_priceNote(new Label({}, Tone::Muted)),
      m_advice(new Label({}, Tone::Body))
{
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(32);
    auto* left = new QVBoxLayout;
    left->setSpacing(8);
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(24);
    m_grid->setVerticalSpacing(0);
    const std::pair<const char*, QString> names[] = {
        {"training_s", tr("Instances held")},  {"billable_s", tr("Billable")},
        {"waiting_s", tr("Waited")},           {"saving_percent", tr("Saved")},
        {"cost", tr("Cost so far")},           {"on_demand_cost", tr("On demand it would be")},
        {"launches", tr("Launches")},          {"interruptions", tr("Interruptions")},
        {"lost_steps", tr("Steps done again")}};
    int line = 0;
    for (const auto& [key, name] : names) {
        auto *title = new Label(name, Tone::Muted), *value = new Label({}, Tone::Body);
        title->setMinimumHeight(24);
        value->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        m_grid->addWidget(title, line, 0);
        m_grid->addWidget(value, line++, 1);
        m_facts[QString::fromLatin1(key)] = {title, value};
    }
    m_facts[QStringLiteral("saving_percent")].first->setToolTip(tr("(1 − billable / held) · 100, as AWS reckons it"));
    left->addLayout(m_grid);
    for (Label* note : {m_priceNote, m_advice}) {
        note->setWordWrap(true);
        left->addWidget(note);
    }
    left->addStretch(1);
    auto* facts = new QWidget;
    facts->setLayout(left);
    left->setContentsMargins(0, 0, 0, 0);
    facts->setFixedWidth(300);
    row->addWidget(facts);
    auto* right = new QVBoxLayout;
    right->setSpacing(4);
    right->addWidget(new Label(tr("What an interval between checkpoints would cost"), Tone::Strong));
    m_plotNote->setWordWrap(true);
    right->addWidget(m_plotNote);
    right->addWidget(m_plot, 1);
    right->addStretch(0);
    row->addLayout(right, 1);
    m_advice->setObjectName("jobAdvice");
}

void JobLedger::set(const QString& key, const QString& text)
{
    const auto& [title, value] = m_facts.at(key);
    value->setText(text);
    title->setVisible(!text.isEmpty());
    value->setVisible(!text.isEmpty());
}

QString JobLedger::fact(const QString& key) const
{
    const auto found = m_facts.find(key);
    return found == m_facts.end() ? QString() : found->second.second->text();
}

QString JobLedger::advice() const
{
    return m_advice->text();
}

void JobLedger::setFacts(const Value& described, const Value& advice)
{
    const Value& ledger = described["ledger"];
    const QString currency = QString::fromStdString(ledger["currency"].text());
    const auto money = [&](const char* key) {
        return ledger[key].isNumber() ? models::moneyText(ledger[key].toReal(), currency) : QString();
    };
    for (const char* key : {"training_s", "billable_s", "waiting_s"})
        set(QString::fromLatin1(key), style::duration(ledger[key].toReal()));
    set(QStringLiteral("saving_percent"),
        ledger["saving_percent"].isNumber() ? style::percent(ledger["saving_percent"].toReal() / 100) : QString());
    set(QStringLiteral("cost"), money("cost"));
    set(QStringLiteral("on_demand_cost"), money("on_demand_cost"));
    for (const char* key : {"launches", "interruptions", "lost_steps"})
        set(QString::fromLatin1(key), style::count(ledger[key].toInt()));
    m_priceNote->setVisible(ledger.isObject());
    m_priceNote->setText(ledger["instance"].isText()
                             ? tr("%1 × %2 by the price table of %3. Its prices are examples: check them.")
                                   .arg(style::count(ledger["instance_count"].toInt(1)),
                                        QString::fromStdString(ledger["instance"].text()),
                                        QString::fromStdString(ledger["price_date"].text()))
                             : tr("The job names no instance: it has no price."));
    m_advice->setVisible(advice.isObject());
    if (advice.isObject()) {
        QString text = tr("Where it would best run: %1. %2")
                           .arg(QString::fromStdString(advice["instance"].text()),
                                QString::fromStdString(advice["reason"].text()));
        if (advice["first"].isText())
            text += QLatin1Char('\n') + QString::fromStdString(advice["first"].text());
        m_advice->setText(text);
    }
    drawIntervals(ledger["intervals"], currency);
}

void JobLedger::drawIntervals(const Value& intervals, const QString& currency)
{
    m_plot->setVisible(intervals.isObject());
    if (!intervals.isObject()) {
        m_plotNote->setText(tr("Once the job has been interrupted: the time and the cost of each interval, by what a "
                               "checkpoint and a restart took, with the best one."));
        return;
    }
    const bool priced = intervals["cost"].toReal() > 0;
    plots::ResponsePlot::Spec spec;
    spec.xTitle = tr("seconds between checkpoints");
    spec.yTitle = priced ? tr("cost, %1").arg(currency) : tr("seconds until the end");
    spec.logY = false;
    for (const Value& point : intervals["points"].array()) {
        const double y = point[priced ? "cost" : "run_s"].toReal();
        if (std::isfinite(y))
            spec.curve.emplace_back(point["interval_s"].toReal(), y);
    }
    const double daly = intervals["daly_s"].toReal(), young = intervals["young_s"].toReal();
    spec.choices = {{daly, tr("Daly")}, {young, tr("Young")}};
    m_plot->setSpec(std::move(spec));
    m_plotNote->setText(tr("A checkpoint takes %1 s, a restart %2 s, an interruption comes every %3: least at %4 s.")
                            .arg(style::number(intervals["save_s"].toReal(), 2),
                                 style::number(intervals["restart_s"].toReal(), 2),
                                 style::duration(intervals["mtbf_s"].toReal()), style::number(daly, 3)));
}

}
