// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/rule_desk.h"

#include "core/spec/experiment.h"
#include "ui/bridge/workbench.h"
#include "ui/bridge/worker.h"

#include <algorithm>
#include <atomic>

namespace ui::bridge {

using core::debug::Evidence;
using core::session::RuleTrials;

/// What was asked last, for jobs that are no longer wanted.
struct RuleDesk::Asked {
    std::atomic<quint64> one{0}, why{0}, everywhere{0};
};

RuleDesk::RuleDesk(Workbench& bench, QObject* parent)
    : QObject(parent),
      m_bench(bench),
      m_recorded(std::make_shared<core::session::RecordedRuns>()),
      m_newest(std::make_shared<Asked>()),
      m_everywhereWorker(std::make_unique<Worker>(*this)),
      m_worker(std::make_unique<Worker>(*this))
{
}

RuleDesk::~RuleDesk()
{
    ++m_newest->one;
    ++m_newest->why;
    ++m_newest->everywhere;
}

void RuleDesk::forget()
{
    m_asked = ++m_newest->one;
    m_askedWhy = ++m_newest->why;
    m_askedEverywhere = ++m_newest->everywhere;
    m_result.reset();
    m_advice.reset();
    m_problem.clear();
    m_trials.reset();
    m_recorded->forget();
}

void RuleDesk::study(const QString& folder, const core::spec::RuleSpec& rule)
{
    m_asked = ++m_newest->one;
    m_worker->run([this, recorded = m_recorded, newest = m_newest, folder = folder.toStdString(), rule,
                   number = m_asked]() -> Worker::Answer {
        // While a threshold is dragged only the newest place matters.
        if (number != newest->one)
            return {};
        const auto read = recorded->read(folder);
        if (!read)
            return [this, number, error = read.error()] {
                if (number != m_asked)
                    return;
                m_result.reset();
                m_problem = QString::fromStdString(core::base::describe(error));
                Q_EMIT studied();
            };
        auto evidence =
            std::make_shared<Evidence>(core::debug::evidenceOf(rule, (*read)->trace, (*read)->facts, (*read)->ending));
        return [this, number, evidence] {
            if (number != m_asked)
                return;
            m_result = std::move(*evidence);
            m_problem.clear();
            Q_EMIT studied();
        };
    });
}

void RuleDesk::advise(const QString& folder, const core::spec::RuleSpec& rule, const std::string& name,
                      std::vector<core::events::Finding> findings)
{
    m_askedWhy = ++m_newest->why;
    m_worker->run([this, recorded = m_recorded, newest = m_newest, folder = folder.toStdString(), rule, name,
                   findings = std::move(findings), number = m_askedWhy]() -> Worker::Answer {
        if (number != newest->why)
            return {};
        const auto read = recorded->read(folder);
        if (!read)
            return {};
        const core::session::Recorded& run = **read;
        auto advice = std::make_shared<RuleAdvice>();
        advice->rule = name;
        const auto rules = core::spec::read(run.facts.spec).rules;
        if (const core::debug::RuleFacts* facts = core::debug::allRules().facts(rule.rule))
            advice->causes =
                core::debug::ranked(facts->causes, core::debug::sceneOf(name, rules, run.trace, run.facts, findings));
        const auto first = std::ranges::find(findings, name, &core::events::Finding::rule);
        advice->offers = core::session::offersFor(
            rule.rule, first == findings.end() ? run.facts.spec
                                               : core::session::settingsAt(run.facts.spec, run.edits, first->step));
        return [this, number, advice] {
            if (number != m_askedWhy)
                return;
            m_advice = std::move(*advice);
            Q_EMIT advised();
        };
    });
}

void RuleDesk::tryEverywhere(const core::spec::RuleSpec& rule, bool sweep)
{
    m_askedEverywhere = ++m_newest->everywhere;
    m_everywhereWorker->run([this, recorded = m_recorded, newest = m_newest, runs = m_bench.runsFolder().toStdString(),
                             rule, sweep, number = m_askedEverywhere]() -> Worker::Answer {
        const auto going = [&](std::int64_t done, std::int64_t all) {
            if (number != newest->everywhere)
                return false;
            QMetaObject::invokeMethod(
                this,
                [this, number, done, all] {
                    if (number == m_askedEverywhere)
                        Q_EMIT trialsGo(done, all);
                },
                Qt::QueuedConnection);
            return true;
        };
        auto trials = core::session::tryRule(rule, runs, *recorded, sweep, going);
        if (!trials)
            return {};
        return [this, number, made = std::make_shared<RuleTrials>(std::move(*trials))] {
            if (number != m_askedEverywhere)
                return;
            m_trials = std::move(*made);
            Q_EMIT trialsChanged();
        };
    });
}

void RuleDesk::mark(const std::vector<QString>& folders, const QString& rule, std::optional<bool> sick)
{
    std::vector<std::string> all;
    for (const QString& folder : folders)
        all.push_back(folder.toStdString());
    m_everywhereWorker->run([this, all, rule = rule.toStdString(), sick]() -> Worker::Answer {
        std::optional<core::base::Error> failed;
        for (const std::string& folder : all) {
            auto mark = core::store::readMark(folder);
            if (!mark)
                mark = core::store::RunMark{};
            if (!sick && mark->health == core::store::RunMark::Health::Healthy)
                mark = core::store::RunMark{};
            mark->set(rule, sick);
            if (auto written = core::store::writeMark(folder, *mark); !written)
                failed = written.error();
        }
        return [this, failed] {
            if (failed)
                Q_EMIT m_bench.trouble(*failed);
            Q_EMIT marked();
        };
    });
}

}
