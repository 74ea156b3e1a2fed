// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/script_run.h"

#include "core/base/clock.h"
#include "core/session/import_run.h"
#include "core/session/inspect.h"
#include "core/session/live_rules.h"
#include "core/session/rule_actions.h"
#include "core/session/rules.h"
#include "core/spec/experiment.h"
#include "core/store/finalize.h"
#include "core/store/recorder.h"
#include "core/store/run_names.h"

#include <algorithm>

namespace core::session {

using base::Error;
using base::Object;
using base::Result;
using base::Status;
using base::Value;
namespace fs = std::filesystem;

namespace {

constexpr double readEvery = 0.05; ///< seconds

}

Result<Value> scriptRules(const Value& experiment)
{
    Object part;
    if (const Value* rules = experiment.isObject() ? experiment.object().find("rules") : nullptr)
        part.set("rules", *rules);
    const spec::Checked checked = spec::resolve(std::move(part), {catalog()});
    for (const Error& problem : checked.problems)
        if (problem.where.starts_with("/rules"))
            return problem;
    return checked.value["rules"];
}

class ScriptRun::Work {
public:
    Work(store::RunFolder folder, Value spec, Options options)
        : m_folder(std::move(folder)),
          m_spec(std::move(spec)),
          m_options(std::move(options))
    {
    }
    ~Work()
    {
        if (m_rules)
            endRules(events::RunState::Interrupted);
    }

    Status open(const std::shared_ptr<const store::RunRecord>& before)
    {
        CORE_TRY(recorder, store::Recorder::open(m_folder));
        m_recorder = std::move(recorder);
        std::int64_t from = 0;
        if (before)
            for (const auto& [name, series] : before->scalars)
                if (!series.steps.empty())
                    from = std::max(from, series.steps.back() + 1);
        m_actions.emplace(m_hub, m_folder.id(), m_folder.path());
        m_rules = std::make_unique<LiveRules>(
            m_hub, m_spec, m_options.runs, LiveRules::Past{before, from},
            [this](const spec::RuleSpec& rule, const events::Finding& finding) {
                const bool stops = m_actions->fire(rule, finding);
                if (stops)
                    m_options.stop(finding.rule + " stopped it at step " + std::to_string(finding.step) + ": " +
                                   finding.message);
                return stops;
            },
            [this]() -> Result<store::RunRecord> {
                CORE_CHECK(m_recorder->flush());
                return store::readRun(m_folder.path());
            });
        m_recording = m_hub.subscribe(*m_recorder);
        m_ruling = m_hub.subscribe(*m_rules);
        events::RunOpened opened;
        for (const std::string& metric : m_options.metrics) {
            const std::string path = scalarPath(metric);
            if (!m_groups.emplace(path, m_groups.size()).second)
                continue;
            opened.groups.push_back({path});
            m_last.push_back(-1);
        }
        opened.id = m_folder.id();
        opened.folder = m_folder.path().string();
        opened.spec = m_spec;
        opened.stepsPerEpoch = 1;
        if (before)
            for (const auto& [name, series] : before->scalars)
                if (const auto group = m_groups.find(name); group != m_groups.end() && !series.steps.empty())
                    m_last[group->second] = series.steps.back();
        m_hub.publish(events::Event(opened));
        m_hub.publish(events::Event(events::StateChanged{events::RunState::Running, steps(), {}}));
        return {};
    }

    void add(const jobs::MetricLog::Told& told)
    {
        const auto group = m_groups.find(scalarPath(told.name));
        if (group == m_groups.end() || told.step <= m_last[group->second])
            return;
        m_last[group->second] = told.step;
        events::ScalarRow row{told.step, base::wallSeconds(), std::uint16_t(group->second), 1};
        row.values[0] = told.value;
        m_hub.publish(row);
    }

    Status finish(const std::string& failure, const jobs::MetricLog& log)
    {
        events::RunFinished end;
        end.state = failure.empty() ? events::RunState::Completed : events::RunState::Failed;
        end.steps = steps();
        if (!failure.empty())
            end.error = {base::ErrorKind::Run, failure, m_options.source, {}};
        for (const Error& problem : log.problems())
            m_hub.publish(events::Event(events::Notice{end.steps, problem}));
        const auto scalars = log.scalars();
        for (const auto& [name, points] : scalars)
            end.metrics.emplace_back(scalarPath(name), points.back().value);
        endRules(end.state);
        m_hub.publish(events::Event(events::StateChanged{end.state, end.steps, failure}));
        m_hub.publish(events::Event(end));
        CORE_CHECK(m_recorder->finish());
        m_recording.reset();
        m_recorder.reset();
        return correct(scalars);
    }

    const fs::path& folder() const { return m_folder.path(); }

private:
    store::RunFolder m_folder;
    Value m_spec;
    Options m_options;
    std::map<std::string, std::size_t> m_groups;
    std::vector<std::int64_t> m_last; ///< the newest step of each group
    events::EventHub m_hub;
    std::unique_ptr<store::Recorder> m_recorder;
    std::optional<RuleActions> m_actions;
    std::unique_ptr<LiveRules> m_rules;
    events::EventHub::Subscription m_recording, m_ruling;

    std::int64_t steps() const { return m_last.empty() ? 0 : std::ranges::max(m_last) + 1; }

    void endRules(events::RunState state)
    {
        m_ruling.reset();
        m_rules->settle(endingOf(state));
        m_actions->settle();
        m_rules.reset();
    }

    // Where the script told a step again, what it told last counts.
    Status correct(const std::map<std::string, std::vector<jobs::MetricLog::Point>>& scalars)
    {
        CORE_TRY(record, store::readRun(m_folder.path()));
        bool changed = false;
        for (const auto& [name, points] : scalars) {
            const auto series = record.scalars.find(scalarPath(name));
            if (series == record.scalars.end() || series->second.steps.size() != points.size())
                continue;
            for (std::size_t i = 0; i < points.size(); ++i)
                if (double& value = series->second.values[i]; value != points[i].value) {
                    value = points[i].value;
                    changed = true;
                }
        }
        return changed ? store::replaceView(m_folder.path(), record) : Status{};
    }
};

ScriptRun::ScriptRun(std::unique_ptr<Work> work) : m_work(std::move(work)) {}
ScriptRun::~ScriptRun() = default;

Result<std::unique_ptr<ScriptRun>> ScriptRun::open(Options options)
{
    const std::string plain = store::sanitisedName(options.name);
    const Value spec = Object{{"name", plain.empty() ? "script" : plain},
                              {"imported", Object{{"file", options.source}, {"format", "script"}}},
                              {"rules", options.rules}};
    std::shared_ptr<const store::RunRecord> before;
    const auto opened = [&]() -> Result<store::RunFolder> {
        if (options.run.empty())
            return store::RunFolder::create(options.runs, spec["name"].text(), spec);
        CORE_TRY(folder, store::RunFolder::open(options.run));
        CORE_TRY(record, store::readRun(options.run));
        before = std::make_shared<const store::RunRecord>(std::move(record));
        return std::move(folder);
    };
    CORE_TRY(folder, opened());
    auto work = std::make_unique<Work>(std::move(folder), spec, std::move(options));
    CORE_CHECK(work->open(before));
    return std::unique_ptr<ScriptRun>(new ScriptRun(std::move(work)));
}

const fs::path& ScriptRun::folder() const
{
    return m_work->folder();
}

void ScriptRun::add(const jobs::MetricLog::Told& told)
{
    m_work->add(told);
}

Status ScriptRun::finish(const std::string& failure, const jobs::MetricLog& log)
{
    return m_work->finish(failure, log);
}

// --- As a job

ScriptRunWork::ScriptRunWork(const jobs::Job& job, jobs::ScriptJob script, const spec::JobSpec& spec, fs::path runs)
    : ScriptWork(job.folder, std::move(script), spec),
      m_job(job),
      m_runs(std::move(runs)),
      m_folder(job.run)
{
}

std::string ScriptRunWork::run()
{
    const double now = base::steadySeconds();
    if (now - m_looked >= readEvery) {
        m_looked = now;
        take();
    }
    return m_folder;
}

void ScriptRunWork::take()
{
    readLog();
    const auto told = metrics().takeTold();
    if (told.empty() || !m_trouble.empty())
        return;
    if (!m_run) {
        ScriptRun::Options options{m_runs, m_job.name, jobs::logFile(m_job.folder).string(), m_folder};
        options.metrics = metrics().names();
        if (const auto rules = scriptRules(m_job.experiment))
            options.rules = *rules;
        options.stop = [job = m_job](const std::string&) {
            (void)jobs::JobQueue(job.folder.parent_path()).wish(job, jobs::Wish::Stop);
        };
        auto opened = ScriptRun::open(std::move(options));
        if (!opened) {
            m_trouble = describe(opened.error());
            return;
        }
        m_run = std::move(*opened);
        m_folder = m_run->folder().string();
    }
    for (const auto& each : told)
        m_run->add(each);
}

Status ScriptRunWork::end(const jobs::StateChange& last)
{
    readLog();
    metrics().finish();
    take();
    if (!m_trouble.empty())
        return Error{base::ErrorKind::Run, "its log could not become a run: " + m_trouble, m_job.folder.string(), {}};
    if (!m_run)
        return metrics().problems().empty() ? Status{} : metrics().problems().front();
    const auto run = std::move(m_run);
    return run->finish(last.state == jobs::JobState::Failed ? last.reason : std::string(), metrics());
}

}
