// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/script_trial.h"

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/jobs/script_work.h"
#include "core/session/job_facts.h"
#include "core/session/script_run.h"
#include "core/spec/job.h"

#include <algorithm>
#include <atomic>
#include <poll.h>

namespace core::session {

using base::Error;
using base::ErrorKind;
using base::Result;
using base::Status;
using base::Value;
namespace fs = std::filesystem;

namespace {

constexpr int scriptTickMs = 20;
constexpr double longestNotice = 15; ///< seconds: whoever asked kills this process a little later
constexpr std::string_view hyperparameterPath = "job.hyperparameters.";

}

bool isScript(const Value& experiment)
{
    const Value* command = experiment.at("job.command");
    return command && (command->isText() ? !command->text().empty() : !command->array().empty());
}

Result<Value> scriptTrialExperiment(const StudySubject& subject, const base::Object& parameters)
{
    Value tree = subject.given;
    tree.object().erase("tuning");
    CORE_TRY(experiment, jobExperiment({std::move(tree), subject.folder}));
    base::Object& values = experiment.object().find("job")->object().find("hyperparameters")->object();
    for (const auto& [path, value] : parameters)
        values.set(path.starts_with(hyperparameterPath) ? path.substr(hyperparameterPath.size()) : path, value);
    return std::move(experiment);
}

Status planScript(const StudySubject& subject, StudyPlan& plan)
{
    CORE_TRY(experiment, scriptTrialExperiment(subject, {}));
    plan.resolved = std::move(experiment);
    CORE_TRY(job, spec::readJob(plan.resolved["job"], subject.folder));
    plan.metrics = jobs::MetricLog(job.metricDefinitions).names();
    if (plan.metrics.empty())
        return Error{ErrorKind::Spec, "the script's log tells no value that could be an objective",
                     "/job/metric_definitions",
                     R"json(Such as [{"name": "validation/loss", "regex": "loss=([0-9.eE+-]+)"}])json"};
    return {};
}

namespace {

// The script of a trial, with what its log has told.
class TrialScript final : public jobs::ScriptWork {
public:
    using ScriptWork::ScriptWork;
    std::vector<jobs::MetricLog::Told> take()
    {
        readLog();
        return metrics().takeTold();
    }
    std::vector<jobs::MetricLog::Told> takeLast()
    {
        readLog();
        metrics().finish();
        return metrics().takeTold();
    }
    const jobs::MetricLog& told() { return metrics(); }
};

class TrialRunner {
public:
    TrialRunner(const ScriptTrial& trial, spec::JobSpec spec, jobs::ScriptJob script, Value rules)
        : m_trial(trial),
          m_spec(std::move(spec)),
          m_name(script.name),
          m_rules(std::move(rules)),
          m_script(trial.folder, std::move(script), m_spec)
    {
        const auto counts = [](const spec::MetricDefinition& each) {
            return each.name == "step" || each.name == "epoch";
        };
        m_counted = std::ranges::any_of(m_spec.metricDefinitions, counts);
    }

    Result<ScriptTrialEnd> run()
    {
        CORE_CHECK(m_script.prepare());
        CORE_TRY(launch, m_script.launch({}));
        CORE_TRY(worker, jobs::WorkerProcess::start(launch));
        bool asked = false;
        double until = 0;
        while (!worker.ended()) {
            CORE_CHECK(hear(m_script.take()));
            if (worker.halted())
                worker.goOn();
            const double now = base::steadySeconds();
            if (!asked && (m_trial.mustEnd() || m_ruled)) {
                asked = true;
                until = now + std::min(m_spec.notify.value_or(0), longestNotice);
                worker.notify();
            }
            if (asked && now >= until)
                worker.kill();
            ::poll(nullptr, 0, scriptTickMs);
        }
        CORE_CHECK(hear(m_script.takeLast()));
        return endOf(*worker.ended(), asked);
    }

private:
    const ScriptTrial& m_trial;
    spec::JobSpec m_spec;
    std::string m_name;
    Value m_rules;
    TrialScript m_script;
    std::atomic<bool> m_ruled = false; ///< a rule stops it
    std::unique_ptr<ScriptRun> m_run;  ///< after what its rules set
    bool m_counted = false;            ///< the log tells steps itself
    std::int64_t m_reported = -1;

    fs::path marker() const { return m_trial.folder / "run"; }

    // A run that was begun is gone on with; the word of it may have been lost with the worker before.
    Status openRun()
    {
        ScriptRun::Options options{m_trial.runs, m_name, jobs::logFile(m_trial.folder).string()};
        options.rules = m_rules;
        options.metrics = m_script.told().names();
        options.stop = [this](const std::string&) { m_ruled = true; };
        if (const auto before = base::readFile(marker(), 1 << 16))
            options.run = *before;
        CORE_TRY(opened, ScriptRun::open(std::move(options)));
        m_run = std::move(opened);
        CORE_CHECK(base::writeFileAtomically(marker(), m_run->folder().string()));
        m_trial.opened(m_run->folder().string());
        return {};
    }

    Status hear(const std::vector<jobs::MetricLog::Told>& told)
    {
        if (!m_run && !told.empty())
            CORE_CHECK(openRun());
        for (const auto& each : told) {
            m_run->add(each);
            if (each.name != m_trial.metric || each.step <= m_reported)
                continue;
            m_reported = each.step;
            m_trial.report(m_counted ? each.step : each.step + 1, each.value);
        }
        return {};
    }

    Result<ScriptTrialEnd> endOf(const jobs::WorkerEnd& how, bool asked)
    {
        ScriptTrialEnd end;
        end.steps = m_script.told().lastStep() + 1;
        for (const auto& [name, points] : m_script.told().scalars())
            end.metrics.emplace_back(name, points.back().value);
        end.interrupted = asked && !m_ruled;
        if (!asked && !how.well()) {
            const std::string said = m_script.failure();
            end.failure = "the script " + how.inWords() + (said.empty() ? "" : ": " + said);
        }
        if (m_run && !end.interrupted)
            CORE_CHECK(m_run->finish(end.failure, m_script.told()));
        return end;
    }
};

}

Result<ScriptTrialEnd> runScriptTrial(const ScriptTrial& trial)
{
    CORE_TRY(spec, spec::readJob(trial.experiment["job"]));
    CORE_TRY(script, jobs::scriptJobOf(trial.experiment, spec));
    CORE_TRY(rules, scriptRules(trial.experiment));
    std::error_code failed;
    fs::create_directories(trial.folder, failed);
    if (failed)
        return base::systemError("make", trial.folder, failed.value());
    return TrialRunner(trial, std::move(spec), std::move(script), std::move(rules)).run();
}

}
