// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/job_work.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/job_facts.h"

#include <algorithm>
#include <cctype>
#include <memory>

namespace app::cli {

using namespace core::base;
namespace jobs = core::jobs;
namespace session = core::session;

namespace {

struct JobArguments {
    std::string experiment, job, search, device = "auto", resume = "never";
    std::vector<std::string> sets;
    std::optional<std::int64_t> priority;
    bool log = false;
};

Result<Outcome> outcomeOf(const jobs::Job& job)
{
    CORE_TRY(object, session::describeJob(job));
    const std::string text = jobSentence(object);
    return Outcome{std::move(object), text, jobStatus(job)};
}

Result<jobs::Job> submitted(const JobArguments& arguments, const Common& common)
{
    CORE_TRY(experiment, jobExperiment(arguments.experiment, arguments.sets));
    return session::submitJob(experiment, arguments.priority, common.runsFolder());
}

// All that wait, by priority, one after the other.
Result<Outcome> workOff(const JobArguments& arguments, const Common& common)
{
    const jobs::JobQueue queue(common.runsFolder());
    Array all;
    std::string text;
    int status = 0;
    while (const auto next = queue.next()) {
        CORE_TRY(job, workOnJob(next->folder, {common.runsFolder(), arguments.device}));
        CORE_TRY(object, session::describeJob(job));
        text += jobSentence(object);
        all.push_back(std::move(object));
        if (const int one = jobStatus(job); one != 0)
            status = one;
        if (!jobs::isFinal(job.state()))
            break;
    }
    return Outcome{Object{{"jobs", std::move(all)}}, text.empty() ? "no job waits\n" : text, status};
}

// The newest job of the same experiment that has not ended and that nobody works on: what a cluster starts again goes
// on with it.
Result<jobs::Job> unended(const JobArguments& arguments, const Common& common)
{
    CORE_TRY(experiment, jobExperiment(arguments.experiment, arguments.sets));
    std::vector<jobs::Job> all = jobs::JobQueue(common.runsFolder()).list();
    for (auto job = all.rbegin(); job != all.rend(); ++job)
        if (!job->changes.empty() && !jobs::isFinal(job->state()) && job->experiment == experiment &&
            !jobs::isWorkedOn(job->folder))
            return *job;
    return session::submitJob(experiment, arguments.priority, common.runsFolder());
}

Result<Outcome> run(const JobArguments& arguments, const Common& common)
{
    if (arguments.experiment.empty())
        return workOff(arguments, common);
    CORE_TRY(job, arguments.resume == "auto" ? unended(arguments, common) : submitted(arguments, common));
    CORE_TRY(ended, workOnJob(job.folder, {common.runsFolder(), arguments.device}));
    if (ended.state() == jobs::JobState::Failed)
        return Error{ErrorKind::Run, ended.changes.back().reason, ended.folder.string(),
                     "job show " + ended.id + " --log tells what it said"};
    return outcomeOf(ended);
}

Result<Outcome> list(const Common& common)
{
    Array all;
    std::string text;
    for (const jobs::Job& job : jobs::JobQueue(common.runsFolder()).list()) {
        const bool worked = jobs::isWorkedOn(job.folder);
        all.push_back(Object{{"job", job.folder.string()},
                             {"name", job.name},
                             {"state", std::string(jobs::name(job.state()))},
                             {"status", std::string(jobs::primaryStatus(job.state()))},
                             {"priority", job.priority},
                             {"submitted", job.submitted()},
                             {"worked_on", worked},
                             {"run", job.run.empty() ? Value() : Value(job.run)},
                             {"problem", job.problem}});
        text += job.id + "  " + (job.problem.empty() ? std::string(jobs::name(job.state())) : job.problem) +
                "  priority " + std::to_string(job.priority) +
                (!jobs::isFinal(job.state()) && !worked ? "  (nobody works on it)" : "") + "\n";
    }
    return Outcome{Object{{"jobs", std::move(all)}}, text.empty() ? "there are no jobs\n" : text};
}

// The lines that hold the words, in any case; all of them without words.
Array linesOf(const std::string& text, const std::string& words)
{
    const auto lower = [](std::string one) {
        std::ranges::transform(one, one.begin(), [](unsigned char c) { return char(std::tolower(c)); });
        return one;
    };
    Array lines;
    const std::string wanted = lower(words);
    for (std::size_t from = 0; from < text.size();) {
        const std::size_t end = std::min(text.find('\n', from), text.size());
        std::string line = text.substr(from, end - from);
        if (wanted.empty() || lower(line).find(wanted) != std::string::npos)
            lines.emplace_back(std::move(line));
        from = end + 1;
    }
    return lines;
}

Result<Outcome> show(const JobArguments& arguments, const Common& common)
{
    CORE_TRY(job, jobs::JobQueue(common.runsFolder()).find(arguments.job));
    CORE_TRY(object, session::describeJob(job));
    std::string text = jobSentence(object);
    if (arguments.log || !arguments.search.empty()) {
        const auto log = readFile(jobs::logFile(job.folder));
        Array lines = linesOf(log.valueOr(""), arguments.search);
        for (const Value& line : lines)
            text += line.text() + "\n";
        object.set("lines", std::move(lines));
    }
    return Outcome{std::move(object), text};
}

Result<Outcome> wish(const JobArguments& arguments, const Common& common, jobs::Wish what)
{
    const jobs::JobQueue queue(common.runsFolder());
    CORE_TRY(job, queue.find(arguments.job));
    CORE_CHECK(queue.wish(job, what));
    CORE_TRY(now, queue.find(arguments.job));
    return Outcome{Object{{"job", now.folder.string()}, {"state", std::string(jobs::name(now.state()))}},
                   now.id + (what == jobs::Wish::Stop ? ": asked to stop\n" : ": asked to be interrupted\n")};
}

Result<Outcome> reorder(const JobArguments& arguments, const Common& common)
{
    const jobs::JobQueue queue(common.runsFolder());
    CORE_TRY(job, queue.find(arguments.job));
    CORE_CHECK(queue.setPriority(job, *arguments.priority));
    CORE_TRY(now, queue.find(arguments.job));
    return Outcome{Object{{"job", now.folder.string()}, {"priority", now.priority}},
                   now.id + ": priority " + std::to_string(now.priority) + "\n"};
}

Result<Outcome> requeue(const JobArguments& arguments, const Common& common)
{
    CORE_TRY(job, jobs::JobQueue(common.runsFolder()).find(arguments.job));
    CORE_TRY(again, session::requeueJob(job, common.runsFolder()));
    CORE_TRY(object, session::describeJob(again));
    return Outcome{std::move(object), again.id + " waits; job run works on it\n"};
}

}

void addJobs(Program& program)
{
    auto arguments = std::make_shared<JobArguments>();
    Common& common = program.common;
    CLI::App* job = program.app.add_subcommand("job", "Jobs: a queue, interruptions, what they cost; scripts too");
    job->require_subcommand(1);
    const auto runsOf = [&](CLI::App* command) {
        command->add_option("--runs", common.runs, "Folder of the runs and jobs");
        return command;
    };
    const auto takeExperiment = [&](CLI::App* command, bool required) {
        command->add_option("experiment", arguments->experiment, "Experiment file with a part \"job\"")
            ->required(required);
        command->add_option("--set", arguments->sets, "Change a setting: PATH=VALUE, such as job.spot=true")
            ->expected(1)
            ->allow_extra_args(false)
            ->take_all();
        command->add_option("--priority", arguments->priority, "Instead of job.priority")
            ->check(CLI::Range(-1000, 1000));
        return runsOf(command);
    };
    CLI::App* running = takeExperiment(
        job->add_subcommand("run", "Run an experiment as a job; without one, all jobs that wait"), false);
    running->add_option("--device", arguments->device, "auto, cpu, cuda, cuda:N")->capture_default_str();
    running
        ->add_option("--resume", arguments->resume, "auto: go on with a job of the same experiment that has not ended")
        ->check(CLI::IsMember({"auto", "never"}))
        ->capture_default_str();
    program.on(running, [arguments, &common] { return run(*arguments, common); });

    CLI::App* queueing = takeExperiment(job->add_subcommand("queue", "Put an experiment into the queue"), true);
    program.on(queueing, [arguments, &common]() -> Result<Outcome> {
        CORE_TRY(made, submitted(*arguments, common));
        CORE_TRY(object, session::describeJob(made));
        return Outcome{std::move(object), made.id + " waits; job run works on it\n"};
    });

    CLI::App* listing = runsOf(job->add_subcommand("list", "All jobs, the newest last"));
    program.on(listing, [&common] { return list(common); });

    const auto ofJob = [&](const char* name, const char* help) {
        CLI::App* command = job->add_subcommand(name, help);
        command->add_option("job", arguments->job, "The job's folder or id")->required();
        return runsOf(command);
    };
    CLI::App* showing = ofJob("show", "A job's states, ledger and log");
    showing->add_flag("--log", arguments->log, "Its log as well");
    showing->add_option("--search", arguments->search, "Only the lines of the log with these words");
    program.on(showing, [arguments, &common] { return show(*arguments, common); });
    CLI::App* stopping = ofJob("stop", "Stop a job; its model is kept");
    program.on(stopping, [arguments, &common] { return wish(*arguments, common, jobs::Wish::Stop); });
    CLI::App* interrupting = ofJob("interrupt", "Interrupt a job now; it goes on by itself");
    program.on(interrupting, [arguments, &common] { return wish(*arguments, common, jobs::Wish::Interrupt); });
    CLI::App* reordering = ofJob("priority", "Give a job that waits another priority");
    reordering->add_option("priority", arguments->priority, "The highest comes first")
        ->required()
        ->check(CLI::Range(-1000, 1000));
    program.on(reordering, [arguments, &common] { return reorder(*arguments, common); });
    CLI::App* requeueing = ofJob("requeue", "Put a job that has ended into the queue once more, as a new one");
    program.on(requeueing, [arguments, &common] { return requeue(*arguments, common); });
    addJobDrill(program, job);
    addJobExchange(program, job);
}

}
