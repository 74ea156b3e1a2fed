// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/job_work.h"
#include "core/session/certificate.h"
#include "core/session/job_facts.h"
#include "core/store/run_folder.h"
#include "core/store/run_record.h"

#include <algorithm>
#include <memory>

namespace app::cli {

using namespace core::base;
namespace jobs = core::jobs;
namespace session = core::session;
namespace store = core::store;

namespace {

struct DrillArguments {
    std::string subject, device = "auto";
    std::vector<std::string> sets;
    std::vector<std::int64_t> at;
    double notice = 0, wait = 0;
};

// What is drilled, and what it must end in where that is known.
struct DrillSubject {
    Value experiment;
    std::string parent, digest;
};

// A run is trained anew from its spec, with as many threads: they change bits.
Result<DrillSubject> subjectOf(const DrillArguments& arguments, const Common& common)
{
    std::error_code none;
    if (!std::filesystem::is_regular_file(arguments.subject, none)) {
        CORE_TRY(folder, store::findRun(arguments.subject, common.runsFolder()));
        CORE_TRY(record, store::readRun(folder));
        if (!record.finished || record.finished->digest.empty() || !record.opened)
            return Error{ErrorKind::Usage, "has not ended, so that there is nothing to compare with", folder.string(),
                         "Name a run that has, or its experiment file"};
        if (!record.opened->parent.empty())
            return Error{ErrorKind::Usage, "is a branch: its past was trained by another run", folder.string(),
                         "Name a run that began with its first step"};
        DrillSubject subject{record.spec, folder.string(), record.finished->digest};
        CORE_CHECK(subject.experiment.setAt("train.threads", record.opened->threads));
        if (!arguments.sets.empty())
            return Error{ErrorKind::Usage, "a run is drilled as it is", "--set", "Name its experiment file instead"};
        return subject;
    }
    CORE_TRY(experiment, jobExperiment(arguments.subject, arguments.sets));
    if (const Value* command = experiment.at("job.command"); command && !command->array().empty())
        return Error{ErrorKind::Usage, "what a script ends in cannot be compared", "/job/command",
                     "Run it as a job with an interruption: job run"};
    return DrillSubject{std::move(experiment), {}, {}};
}

Result<Outcome> drill(const DrillArguments& arguments, const Common& common)
{
    CORE_TRY(subject, subjectOf(arguments, common));
    Array steps;
    for (const std::int64_t step : arguments.at)
        steps.emplace_back(step);
    Object part = subject.experiment["job"].isObject() ? subject.experiment["job"].object() : Object{};
    part.set("interruption", Object{{"kind", "step"}, {"steps", steps}, {"wait_s", arguments.wait}});
    part.set("notify", arguments.notice > 0 ? Value(arguments.notice) : Value());
    subject.experiment.object().set("job", std::move(part));
    CORE_TRY(submitted, session::submitJob(subject.experiment, 0, common.runsFolder()));
    CORE_TRY(job, workOnJob(submitted.folder, {common.runsFolder(), arguments.device}));
    if (!jobs::isFinal(job.state())) {
        CORE_TRY(left, session::describeJob(job));
        const std::string text = jobSentence(left);
        return Outcome{std::move(left), text, jobStatus(job)};
    }
    if (job.state() != jobs::JobState::Completed)
        return Error{ErrorKind::Run, std::string(jobs::name(job.state())) + ": " + job.changes.back().reason,
                     job.folder.string(), "job show " + job.id + " --log tells what it said"};
    if (job.interruptions() < std::int64_t(arguments.at.size()))
        return Error{ErrorKind::Usage, "the run ended before it could be killed at every step", "--at",
                     "It has " + std::to_string(job.changes.back().step) + " steps: name smaller ones"};
    CORE_TRY(certificate, session::certify(job.run, -1, -1));
    CORE_TRY(record, store::readRun(job.run));
    const std::string digest = record.finished ? record.finished->digest : std::string();
    const bool same = subject.digest.empty() || digest == subject.digest;
    CORE_TRY(object, session::describeJob(job));
    Array kills;
    std::int64_t lost = 0;
    for (std::size_t i = 0; i < job.changes.size(); ++i) {
        if (job.changes[i].state != jobs::JobState::Interrupted)
            continue;
        std::int64_t resumed = -1;
        for (std::size_t j = i; j < job.changes.size() && resumed < 0; ++j)
            if (job.changes[j].state == jobs::JobState::Training)
                resumed = job.changes[j].step;
        lost += std::max<std::int64_t>(0, job.changes[i].step - resumed);
        kills.push_back(
            Object{{"step", job.changes[i].step}, {"resumed_from", resumed}, {"reason", job.changes[i].reason}});
    }
    const bool identical = certificate.identical && same;
    object.set("identical", identical);
    object.set("kills", std::move(kills));
    object.set("steps_done_again", lost);
    object.set("steps_checked", certificate.stepsChecked);
    object.set("first_difference", certificate.first ? session::toValue(*certificate.first) : Value());
    object.set("digest", digest);
    object.set("parent", subject.parent.empty() ? Value() : Value(subject.parent));
    object.set("parent_digest", subject.digest.empty() ? Value() : Value(subject.digest));
    object.set("certificate", session::toValue(certificate));
    std::string text = jobSentence(object);
    text += identical
                ? "  nothing was lost: " + std::to_string(certificate.stepsChecked) +
                      " steps compared with a training that was never interrupted, " + std::to_string(lost) +
                      " steps done again\n"
                : "  something was lost: " +
                      (same ? session::describe(certificate) : "it ended in other weights than " + subject.parent) +
                      "\n";
    return Outcome{std::move(object), std::move(text), identical ? 0 : 4};
}

}

void addJobDrill(Program& program, CLI::App* job)
{
    auto arguments = std::make_shared<DrillArguments>();
    Common& common = program.common;
    CLI::App* command =
        job->add_subcommand("drill", "Kill a training at a step, go on, and prove by digests that nothing was lost");
    command->add_option("subject", arguments->subject, "A run that has ended, or an experiment file")->required();
    command->add_option("--at", arguments->at, "Updates done when it is killed; several kill it as often")
        ->required()
        ->check(CLI::NonNegativeNumber);
    command->add_option("--notice", arguments->notice, "Seconds from SIGTERM to SIGKILL; 0: killed at once")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command->add_option("--wait", arguments->wait, "Seconds until there is capacity again")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command->add_option("--set", arguments->sets, "Change a setting of the experiment: PATH=VALUE")
        ->expected(1)
        ->allow_extra_args(false)
        ->take_all();
    command->add_option("--device", arguments->device, "auto, cpu, cuda, cuda:N")->capture_default_str();
    command->add_option("--runs", common.runs, "Folder of the runs and jobs");
    program.on(command, [arguments, &common] { return drill(*arguments, common); });
}

}
